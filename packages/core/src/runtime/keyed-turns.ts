interface Waiting {
  readonly key: string;
  readonly start: () => void;
}

/**
 * Has work wait for its turn: at most one of a key at a time, and at most so many in all. Of those that may start, the one
 * that has waited longest is next.
 */
export class KeyedTurns {
  readonly #max: number;
  readonly #waiting: Waiting[] = [];
  readonly #busy = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Settles as the work does; the next has its turn by then. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        this.#busy.add(key);
        const ended = work().finally(() => {
          this.#busy.delete(key);
          this.#startNext();
        });
        ended.then(resolve, reject);
      };
      this.#waiting.push({ key, start });
      this.#startNext();
    });
  }

  #startNext(): void {
    while (this.#busy.size < this.#max) {
      const next = this.#waiting.findIndex(({ key }) => !this.#busy.has(key));
      const [one] = next < 0 ? [] : this.#waiting.splice(next, 1);
      if (one === undefined) return;
      one.start();
    }
  }
}
