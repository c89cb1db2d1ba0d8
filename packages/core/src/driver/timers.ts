import { afterInput, clearInterval, clearTimeout, monotonicMs, setInterval, setTimeout } from '../real-timers.ts';

// The driver layer's only look at the clock. It stands beside runtime/clock.ts, and not on it, because this folder is all
// that a driver sees of core. Some drivers run in browsers, which lack a part of what Node.js has.

/**
 * Calls `ring` in `ms` milliseconds, to see whether an answer has come: after a long block of the event loop timers run
 * before the sockets are read, and the answer may be waiting there, so they are read first.
 */
export function alarm(ms: number, ring: () => void): ReturnType<typeof setTimeout> {
  return setTimeout(() => afterInput(ring), ms);
}

/** Settles as `promise` does, or rejects when it has not settled after `ms` milliseconds; `what` begins the message. */
export async function withTimeout<T>(ms: number, what: string, promise: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = alarm(ms, () => reject(new Error(`${what}: no answer within ${ms} ms`)));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits `ms` milliseconds, or until the signal is aborted; never rejects. It keeps the process alive meanwhile.
 *
 * For the drivers, which set no timers of their own.
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

/**
 * Calls `beat` every `ms` milliseconds until the returned function is called, but never while an earlier call is still
 * under way: one that is late counts for both. Does not keep the process alive.
 */
export function every(ms: number, beat: () => Promise<unknown>): () => void {
  let isBeating = false;
  const timer = setInterval(() => {
    if (isBeating) return;
    isBeating = true;
    void beat().finally(() => {
      isBeating = false;
    });
  }, ms);
  (timer as Partial<NodeJS.Timeout>).unref?.();
  return () => clearInterval(timer);
}

/** Monotonic milliseconds. */
export function elapsedMs(): number {
  return monotonicMs();
}

/** Pause before attempt `n` (0, 1, …): doubles from 50 ms to 5 s, each taken at random from its upper half. */
export function backoffMs(n: number): number {
  return Math.min(5_000, 50 * 2 ** Math.min(n, 10)) * (0.5 + Math.random() / 2);
}
