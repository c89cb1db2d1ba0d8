import type { Clock } from './clock.ts';

/**
 * A deadline that is set and lifted again and again: once for each statement, say. A timer for each would cost more than
 * half a microsecond, so one runs on, for the deadline that was the first when it was started, and is started anew when
 * that was lifted meanwhile and another one set. It does not keep the process alive.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #onPassed: (lateMs: number) => void;
  #at = Infinity;
  /** When the timer fires; in the past when none runs. */
  #timerAt = -Infinity;
  #cancel = (): void => {};

  /** @param onPassed is told, once, how long ago the deadline was, in milliseconds. */
  constructor(clock: Clock, onPassed: (lateMs: number) => void) {
    this.#clock = clock;
    this.#onPassed = onPassed;
  }

  /** It passes so many milliseconds from now, in place of any that was set before. */
  set(ms: number): void {
    const now = this.#clock.now();
    this.#at = now + ms;
    // By the clock: a timer may have been lost, as a fake one of a test's is.
    if (this.#at < this.#timerAt || now >= this.#timerAt) this.#startTimer(now);
  }

  /** It does not pass any more. */
  lift(): void {
    this.#at = Infinity;
  }

  #startTimer(now: number): void {
    this.#cancel();
    this.#timerAt = this.#at;
    this.#cancel = this.#clock.after(this.#at - now, () => this.#check(), 'lazily');
  }

  #check(): void {
    this.#timerAt = -Infinity;
    if (this.#at === Infinity) return;
    const now = this.#clock.now();
    if (now < this.#at) {
      this.#startTimer(now);
      return;
    }
    const lateMs = now - this.#at;
    this.#at = Infinity;
    this.#onPassed(lateMs);
  }
}
