import { clearTimeout, monotonicMs, setTimeout } from '../real-timers.ts';
import type { Wake } from './wake.ts';

/** Time as this process sees it: for waiting and for measuring. What is *due* is decided by the database's clock. */
export interface Clock {
  /** Milliseconds that only grow, from an arbitrary start. */
  now(): number;
  /** Waits `ms` milliseconds (`Infinity`: for ever), or until the wake is set or the signal aborted. */
  sleep(ms: number, until: { readonly wake: Wake; readonly signal: AbortSignal }): Promise<void>;
  /**
   * Calls `callback` once, after `ms` milliseconds; `'lazily'`: unless the process has ended by then, which this does not
   * keep alive. Returns a function that cancels it.
   */
  after(ms: number, callback: () => void, how?: 'lazily'): () => void;
}

/** Milliseconds since 1970 by this machine's clock. It may be wrong, and set back: nothing that is due hangs on it. */
export const unixMs = (): number => Date.now();

/** A random number in [0, 1), for jitter. */
export type Random = () => number;

export const systemRandom: Random = Math.random;

/** The longest time that a timer of Node.js can hold; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The real clock. No other file of this package sets a timer. */
export const systemClock: Clock = {
  now: monotonicMs,
  sleep: (ms, { wake, signal }) =>
    new Promise((resolve) => {
      if (wake.isSet || signal.aborted) {
        resolve();
        return;
      }
      const timer = ms === Infinity ? undefined : setTimeout(done, Math.min(ms, MAX_TIMER_MS));
      const unsubscribe = wake.subscribe(done);
      signal.addEventListener('abort', done, { once: true });
      function done(): void {
        clearTimeout(timer);
        unsubscribe();
        signal.removeEventListener('abort', done);
        resolve();
      }
    }),
  after: (ms, callback, how) => {
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER_MS));
    if (how === 'lazily') (timer as Partial<NodeJS.Timeout>).unref?.(); // not in a browser
    return () => clearTimeout(timer);
  },
};

/** {@link Clock.after}, for a time that may be longer than a timer can hold. */
export function afterLong(clock: Clock, ms: number, callback: () => void, how?: 'lazily'): () => void {
  const left = ms - MAX_TIMER_MS;
  if (left <= 0) return clock.after(ms, callback, how);
  let cancel = clock.after(
    MAX_TIMER_MS,
    () => {
      cancel = afterLong(clock, left, callback, how);
    },
    how,
  );
  return () => cancel();
}

/**
 * {@link Clock.after}, for a callback that asks whether an answer has come: after a long block of the event loop timers
 * run before the sockets are read, and the answer may be waiting there. So they are read once more.
 */
export function afterReading(clock: Clock, ms: number, callback: () => void): () => void {
  let cancel = clock.after(ms, () => {
    cancel = clock.after(1, callback);
  });
  return () => cancel();
}
