interface Entry {
  readonly answer: Promise<unknown>;
  /** `Infinity` while it is underway. */
  until: number;
}

/** What is asked by many at once is asked once, and what was asked a moment ago is not asked again. */
export class Cache {
  readonly #entries = new Map<string, Entry>();

  async get<T>(key: string, keepSecs: number, ask: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const found = this.#entries.get(key);
    if (found !== undefined && found.until > now) return (await found.answer) as T;
    for (const [other, { until }] of this.#entries) if (until <= now) this.#entries.delete(other);
    const entry: Entry = { answer: ask(), until: Number.POSITIVE_INFINITY };
    this.#entries.set(key, entry);
    try {
      const answer = (await entry.answer) as T;
      entry.until = performance.now() + keepSecs * 1000;
      return answer;
    } catch (error) {
      // The next one asks anew.
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
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
