// The timers as they are when this is loaded, so that a test of a user's that fakes time for a while does not stop for
// good what waits here. Those that are fakes already are taken anew at each call: they may be real by then.

type TimerName = 'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval';

export const setTimeout: typeof globalThis.setTimeout = real('setTimeout');
export const clearTimeout: typeof globalThis.clearTimeout = real('clearTimeout');
export const setInterval: typeof globalThis.setInterval = real('setInterval');
export const clearInterval: typeof globalThis.clearInterval = real('clearInterval');

/** Calls back once what has come in meanwhile was read, where that can be said: a browser has timers only. */
export const afterInput: (callback: () => void) => unknown =
  globalThis.setImmediate === undefined || isFake(globalThis.setImmediate)
    ? (callback) => setTimeout(callback, 0)
    : globalThis.setImmediate;

/** Calls back once a pool has given out the connections that were asked for so far, which it does in a tick of Node.js; elsewhere at once. */
export const afterTick: (callback: () => void) => void =
  globalThis.process?.nextTick === undefined || isFake(globalThis.process.nextTick)
    ? (callback) => callback()
    : globalThis.process.nextTick.bind(globalThis.process);

/** Monotonic milliseconds, from an arbitrary start. */
export const monotonicMs: () => number =
  isFake(performance) || isFake(performance.now) ? () => performance.now() : performance.now.bind(performance);

function real<TName extends TimerName>(name: TName): (typeof globalThis)[TName] {
  const first = globalThis[name];
  if (!isFake(first)) return first;
  const anew = (...args: unknown[]): unknown => (globalThis[name] as (...args: unknown[]) => unknown)(...args);
  return anew as unknown as (typeof globalThis)[TName];
}

/** Marked by sinon's fake timers, which are those of Jest and Vitest too, or by Jest's older ones. */
function isFake(it: object): boolean {
  return 'clock' in it || '_isMockFunction' in it;
}
