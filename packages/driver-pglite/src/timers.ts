// The only file of this package that looks at the clock.

/** Resolves after `ms` milliseconds, or as soon as the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Pause before attempt `n` (0, 1, …): doubles from 50 ms to 5 s, each taken at random from its upper half. */
export function backoffMs(n: number): number {
  return Math.min(5_000, 50 * 2 ** Math.min(n, 10)) * (0.5 + Math.random() / 2);
}
