/** How a connection ends: lost, or given up by us; whichever comes first. */
export class ConnectionEnd {
  #state: 'open' | 'given up' | 'lost' = 'open';
  /** Resolves when given up, rejects when lost. */
  readonly sealed: Promise<void>;
  /** Tells of the loss; only the first call counts, and none after the connection was given up. */
  readonly lose: (error: unknown) => void;

  /** @param signal gives the connection up when it is aborted. */
  constructor(signal: AbortSignal) {
    let resolve: () => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    this.sealed = new Promise<void>((resolveIt, rejectIt) => {
      resolve = resolveIt;
      reject = rejectIt;
    });
    this.sealed.catch(() => undefined); // a loss before anybody waits is no unhandled rejection
    const giveUp = (): void => {
      if (this.#state === 'open') this.#state = 'given up';
      resolve();
    };
    this.lose = (error) => {
      if (this.#state === 'open') this.#state = 'lost';
      signal.removeEventListener('abort', giveUp);
      reject(error);
    };
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
  }

  /** Whether neither has come yet. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isLost(): boolean {
    return this.#state === 'lost';
  }
}
