// The only file of this package that looks at the clock.

/** Settles as `promise` does, or rejects when it has not settled after `ms` milliseconds. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // After a long block of the event loop timers run before the sockets are read: the answer may be waiting there.
      setImmediate(() => reject(new Error(`${what}: no answer within ${ms} ms`)));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves after `ms` milliseconds, or as soon as the signal is aborted. Keeps the process alive meanwhile. */
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

/** Calls `beat` every `ms` milliseconds until the returned function is called; does not keep the process alive. */
export function every(ms: number, beat: () => void): () => void {
  const timer = setInterval(beat, ms);
  timer.unref();
  return () => clearInterval(timer);
}

/** Milliseconds on a clock that nobody sets. */
export function elapsedMs(): number {
  return performance.now();
}

/** Pause before attempt `n` (0, 1, …): doubles from 50 ms to 5 s, each taken at random from its upper half. */
export function backoffMs(n: number): number {
  return Math.min(5_000, 50 * 2 ** Math.min(n, 10)) * (0.5 + Math.random() / 2);
}
