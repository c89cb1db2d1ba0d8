import type { Clock } from './clock.ts';
import type { Wake } from './wake.ts';

export interface PollLoopOptions {
  readonly clock: Clock;
  readonly wake: Wake;
  readonly signal: AbortSignal;
  /** How long to wait before the first pass, in milliseconds; a wake cuts it short. @defaultValue 0 */
  readonly firstAfterMs?: number;
  /** One pass. Resolves to how many milliseconds to wait before the next; 0 for none, `Infinity` for a wake only. */
  readonly tick: (signal: AbortSignal) => Promise<number>;
  /**
   * Reports a failed pass, the `failures`th in a row. Returns how long to wait, which a wake does not cut short; `null`
   * when there is no use in going on.
   */
  readonly onError: (error: unknown, failures: number) => number | null;
}

/** Runs `tick` until aborted, or given up. A tick under way at abort is finished, not cut. */
export async function runPollLoop(options: PollLoopOptions): Promise<void> {
  const { clock, wake, signal, firstAfterMs = 0, tick, onError } = options;
  const deaf: Pick<Wake, 'isSet' | 'subscribe'> = { isSet: false, subscribe: () => () => {} };
  let failures = 0;
  if (firstAfterMs > 0) await clock.sleep(firstAfterMs, { wake, signal });
  while (!signal.aborted) {
    wake.clear(); // anything that arrives from here on is seen by the next pass
    try {
      const delayMs = await tick(signal);
      failures = 0;
      if (delayMs > 0) await clock.sleep(delayMs, { wake, signal });
    } catch (error) {
      failures += 1;
      // A busy process sets the wake all the time: it must not turn the pause after an error into a hot loop.
      const pauseMs = onError(error, failures);
      if (pauseMs === null) return;
      await clock.sleep(pauseMs, { wake: deaf as Wake, signal });
    }
  }
}
