/** A coalescing latch: however often it is set, whoever waits goes round once more. */
export class Wake {
  #isSet = false;
  #waiter: (() => void) | undefined;

  get isSet(): boolean {
    return this.#isSet;
  }

  set(): void {
    this.#isSet = true;
    this.#waiter?.();
  }

  clear(): void {
    this.#isSet = false;
  }

  /** Calls `waiter` when the latch is set. One waiter at a time. Returns a function that stops that. */
  subscribe(waiter: () => void): () => void {
    this.#waiter = waiter;
    return () => {
      if (this.#waiter === waiter) this.#waiter = undefined;
    };
  }
}
