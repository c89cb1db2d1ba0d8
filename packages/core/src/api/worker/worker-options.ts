import type { Context } from '../../context.ts';
import { MAX_CHANNELS, MAX_NAME_BYTES } from '../../model/limits.ts';
import { checkOptions, listOf, nameOf, numberIn, withDefaults } from '../../options/check-options.ts';
import { isContext } from '../../services/services.ts';

/** The options of a {@link Worker}. */
export interface WorkerOptions {
  /** It runs the jobs of the definitions that are registered in it. */
  readonly context: Context;
  /**
   * The channels to take jobs of.
   *
   * @defaultValue all channels
   * @throws {@link InvalidOptionError} for an empty list or one of more than 1,000, or a channel that is empty or longer than 255 bytes.
   */
  readonly channels?: readonly string[];
  /**
   * How many jobs this worker runs at a time. Ten Workers with 1 do what one with 10 does, and cost the same.
   *
   * @defaultValue 1
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 10,000.
   */
  readonly concurrency?: number;
}

export const WORKER_DEFAULTS = { concurrency: 1 } as const;

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export function resolveWorkerOptions(options: WorkerOptions): WorkerOptions & { readonly concurrency: number } {
  return withDefaults(WORKER_DEFAULTS, checkOptions('Worker', options, workerChecks, ['context']));
}

const workerChecks = {
  context: isContext,
  channels: listOf(nameOf(MAX_NAME_BYTES), MAX_CHANNELS),
  concurrency: numberIn(1, 10_000, 'jobs', 'whole'),
};
