import { type Check, checkOptions, numberIn } from '../../options/check-options.ts';

/** How a {@link Worker} is stopped. */
export interface StopOptions {
  /**
   * How long to wait for the jobs that run, in seconds. After it their `metadata.signal` is aborted with a
   * {@link WorkerStoppingError}, and they have `abortGraceSecs` of the context to end. 0 aborts them at once.
   *
   * @defaultValue none: it waits until they end, however long that takes
   * @throws {@link InvalidOptionError} below 0 or above 86,400.
   */
  readonly waitSecs?: number;
}

const stopChecks: Readonly<Record<keyof StopOptions, Check>> = { waitSecs: numberIn(0, 86_400, 'seconds') };

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export function checkStopOptions(options: StopOptions): StopOptions {
  return checkOptions('Worker.stop', options, stopChecks);
}
