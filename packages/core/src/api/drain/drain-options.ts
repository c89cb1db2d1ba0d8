import type { Context } from '../../context.ts';
import { MAX_CHANNELS, MAX_NAME_BYTES } from '../../model/limits.ts';
import { checkOptions, listOf, nameOf, numberIn, oneOf, withDefaults } from '../../options/check-options.ts';
import { isContext } from '../../services/services.ts';

/** The options of {@link drain}. */
export interface DrainOptions {
  /** Runs the jobs of the definitions that are registered in it. */
  readonly context: Context;
  /**
   * The channels to take jobs of.
   *
   * @defaultValue all channels
   * @throws {@link InvalidOptionError} for an empty list or one of more than 1,000, or a channel that is empty or longer than 255 bytes.
   */
  readonly channels?: readonly string[];
  /**
   * How many jobs run at a time.
   *
   * @defaultValue 10
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 10,000.
   */
  readonly concurrency?: number;
  /**
   * After how many seconds to claim no more. Running jobs are waited for, so this and the longest job must fit into the
   * time that the platform gives.
   *
   * @throws {@link InvalidOptionError} if left out, below 0.1 or above 86,400.
   */
  readonly maxSecs: number;
  /**
   * How many runs to start at most.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000,000,000.
   */
  readonly maxJobs?: number;
  /**
   * `'fire'` first enqueues the due ticks of `repeatSecs` and of schedules, as an orchestrator would: for programs
   * without a process that stays. `'leave'` leaves them to an orchestrator.
   *
   * @defaultValue 'leave'
   * @throws {@link InvalidOptionError} for anything else.
   */
  readonly schedules?: 'leave' | 'fire';
}

const DRAIN_DEFAULTS = { concurrency: 10, schedules: 'leave' } as const;

/** @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range. */
export function resolveDrainOptions(
  options: DrainOptions,
): DrainOptions & Required<Pick<DrainOptions, 'concurrency' | 'schedules'>> {
  return withDefaults(DRAIN_DEFAULTS, checkOptions('drain', options, drainChecks, ['context', 'maxSecs']));
}

const drainChecks = {
  context: isContext,
  channels: listOf(nameOf(MAX_NAME_BYTES), MAX_CHANNELS),
  concurrency: numberIn(1, 10_000, 'jobs', 'whole'),
  maxSecs: numberIn(0.1, 86_400, 'seconds'),
  maxJobs: numberIn(1, 1_000_000_000, 'jobs', 'whole'),
  schedules: oneOf('leave', 'fire'),
};
