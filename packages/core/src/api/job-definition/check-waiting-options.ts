import { checkOptions, numberIn, withDefaults } from '../../options/check-options.ts';

/** The argument of {@link JobDefinition.checkWaiting}. */
export interface CheckWaitingOptions {
  /**
   * How many waiting jobs are looked at, at most; the oldest first.
   *
   * @defaultValue 10000
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000,000.
   */
  readonly limit?: number;
}

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export function checkWaitingOptions(options: CheckWaitingOptions): Required<CheckWaitingOptions> {
  return withDefaults({ limit: 10_000 }, checkOptions('checkWaiting', options, checks));
}

const checks = { limit: numberIn(1, 1_000_000, 'jobs', 'whole') };
