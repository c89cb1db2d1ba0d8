interface Entry {
  readonly answer: Promise<unknown>;
  /** `Infinity` while it is underway. */
  until: number;
}

/** What is asked by many at once is asked once, and what was asked a moment ago is not asked again, unless it is large. */
export class Cache {
  readonly #entries = new Map<string, Entry>();

  /** @param keepSecs how long an answer stands, in seconds; 0 keeps nothing of it. */
  async get<T>(key: string, keepSecs: number | ((answer: T) => number), ask: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const found = this.#entries.get(key);
    if (found !== undefined && found.until > now) return (await found.answer) as T;
    for (const [other, { until }] of this.#entries) if (until <= now) this.#entries.delete(other);
    const entry: Entry = { answer: ask(), until: Number.POSITIVE_INFINITY };
    this.#entries.set(key, entry);
    try {
      const answer = (await entry.answer) as T;
      const secs = typeof keepSecs === 'number' ? keepSecs : keepSecs(answer);
      entry.until = performance.now() + secs * 1000;
      if (secs === 0) this.#forget(key, entry);
      return answer;
    } catch (error) {
      // The next one asks anew.
      this.#forget(key, entry);
      throw error;
    }
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  /** Something has changed: what was asked before it is not answered any more. */
  clear(): void {
    this.#entries.clear();
  }

  /** Resolves when nothing is underway. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#entries.values()].map(({ answer }) => answer));
  }
}
