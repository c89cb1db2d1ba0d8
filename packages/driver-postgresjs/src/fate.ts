/** How a connection ends: lost, or given up by us; whichever comes first. */
export class Fate {
  isLost = false;
  /** Resolves when given up, rejects when lost. */
  readonly sealed: Promise<void>;
  /** Tells of the loss; only the first call counts. */
  readonly lose: (error: unknown) => void;

  constructor(signal: AbortSignal) {
    let giveUp: () => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    this.sealed = new Promise<void>((resolve, rejectIt) => {
      giveUp = resolve;
      reject = rejectIt;
    });
    this.sealed.catch(() => undefined); // a loss before anybody waits is no unhandled rejection
    this.lose = (error) => {
      if (!signal.aborted) this.isLost = true;
      signal.removeEventListener('abort', giveUp);
      reject(error);
    };
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
  }
}
