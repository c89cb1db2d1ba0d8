import { JobTimeoutError } from '../../errors.ts';
import { afterLong, type Clock } from '../../runtime/clock.ts';
import type { Services } from '../../services/services.ts';
import type { Holding } from '../holding.ts';
import { emitLateEnd, emitOverrun, emitTimeout } from './run-events.ts';

export interface TimeLimitsOptions {
  readonly services: Pick<Services, 'events' | 'warn'>;
  readonly clock: Clock;
  /** How long a run has to end once its signal was aborted, in milliseconds. */
  readonly graceMs: number;
  /** How long a job may keep its group, in milliseconds. */
  readonly unlockMs: number;
}

/** After so many more functions that hang the process says so again. */
const WARN_EACH = 100;

/**
 * Ends the wait for work functions that take longer than they may. Nothing can end the function itself: its signal is
 * aborted, and after a grace the attempt has failed and its slot is idle, though the function may hang on.
 *
 * That one job of a group runs at a time is not given up for a slot: a run of a group is waited for until it ends, or
 * until its group opens by force anyway.
 */
export class TimeLimits {
  readonly #options: TimeLimitsOptions;
  #hanging = 0;

  constructor(options: TimeLimitsOptions) {
    this.#options = options;
  }

  /** What is to be waited for in place of a work function, which may run for so long. */
  limit(holding: Holding, work: Promise<unknown>, maxRunSecs: number, workerId: string): Promise<unknown> {
    const { services, clock, graceMs, unlockMs } = this.#options;
    const { job, startedAt } = holding;
    const durationMs = (): number => clock.now() - startedAt;
    return new Promise((resolve, reject) => {
      let overrun: JobTimeoutError | undefined;
      let cancel = (): void => {};
      // What only waits for a function that hangs is no reason for the program to go on.
      const after = (ms: number, callback: () => void): void => {
        cancel = afterLong(clock, ms, callback, 'lazily');
      };
      const graceOver = (reason: JobTimeoutError): void => {
        if (holding.isLeft) return;
        overrun = reason;
        holding.endInterruption();
        this.#noteHanging();
        emitOverrun(services.events, holding, { workerId, durationMs: durationMs() });
        if (job.jobGroup === null) reject(reason);
        else after(Math.max(0, unlockMs - durationMs()), () => !holding.isLeft && reject(reason));
      };
      after(maxRunSecs * 1000, () => {
        const reason = new JobTimeoutError(job.id, maxRunSecs);
        holding.abort(reason);
        emitTimeout(services.events, holding, { workerId, maxRunSecs, durationMs: durationMs() });
        after(graceMs, () => graceOver(reason));
      });
      const ended = (thrown: { readonly error: unknown } | null, value?: unknown): void => {
        cancel();
        if (overrun !== undefined) this.#hanging -= 1;
        // Of one that was left behind whoever waits for it tells.
        if (overrun !== undefined && !holding.isLeft) {
          emitLateEnd(services.events, holding, { workerId, durationMs: durationMs(), thrown });
          reject(overrun);
        } else if (thrown !== null) reject(thrown.error);
        else resolve(value);
      };
      work.then(
        (value) => ended(null, value),
        (error: unknown) => ended({ error }),
      );
    });
  }

  #noteHanging(): void {
    this.#hanging += 1;
    if (this.#hanging % WARN_EACH !== 0) return;
    this.#options.services.warn(
      `${this.#hanging} work functions still run in this process after their maxRunSecs and abortGraceSecs, and keep what they ` +
        'hold; have them end when metadata.signal is aborted',
    );
  }
}
