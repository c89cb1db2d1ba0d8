import type { Clock } from '../../src/runtime/clock.ts';

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  now(): number {
    return this.#now;
  }

  /** For how long each sleeper and timer still waits, shortest first. */
  get waits(): readonly number[] {
    return [...this.#timers].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  sleep: Clock['sleep'] = (ms, { wake, signal }) =>
    new Promise((resolve) => {
      if (wake.isSet || signal.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        cancel();
        unsubscribe();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.after(ms, done);
      const unsubscribe = wake.subscribe(done);
      signal.addEventListener('abort', done, { once: true });
    });

  after: Clock['after'] = (ms, callback) => {
    const timer = { at: this.#now + ms, fire: callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Lets time pass, and what is due on the way happen, in order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.fire();
      await settled();
    }
    this.#now = end;
  }
}

/** Lets everything happen that needs no time. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}
