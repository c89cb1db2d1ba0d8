import { MAX_NAME_BYTES } from '../../model/limits.ts';
import { type Check, checkOptions, nameOf, numberIn } from '../../options/check-options.ts';
import type { Services } from '../../services/services.ts';
import { readFailures } from '../../statements/read-failures.ts';

/** Failed jobs of one name, that failed with the same first line, numbers and hexadecimal digits aside. */
export interface FailureGroup {
  /** The same for the same kind of failure, whenever and wherever it is asked. `context.jobs` takes it in filters. */
  readonly fingerprint: string;
  readonly jobName: string;
  /** The first line of the newest one's error, in up to 500 characters. */
  readonly message: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** The id of the newest one. */
  readonly sampleId: string;
}

export interface FailureSummary {
  /** The most frequent first. */
  readonly groups: readonly FailureGroup[];
  /** How many jobs were looked at. */
  readonly lookedAt: number;
  /** There are more, that were not looked at. */
  readonly isPartial: boolean;
}

/** The options of `context.failures`. */
export interface FailuresOptions {
  /** Failures before that are left out. @defaultValue none are, as long as history has them */
  readonly since?: Date;
  readonly jobName?: string;
  readonly channel?: string;
  /**
   * How many of the newest failures to look at. A larger value looks longer.
   *
   * @defaultValue 5000
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 100,000.
   */
  readonly upTo?: number;
}

const UP_TO = 5_000;

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export async function failuresOf(services: Services, options: FailuresOptions): Promise<FailureSummary> {
  const { since, jobName = null, channel = null, upTo = UP_TO } = checkOptions('context.failures', options, checks);
  const { driver, tables, checkSchema } = services;
  await checkSchema();
  const sinceMs = since?.getTime() ?? null;
  const { kinds, lookedAt } = await readFailures(driver, tables, { sinceMs, name: jobName, channel, upTo });
  return {
    groups: kinds.map(({ firstMs, lastMs, ...kind }) => ({
      ...kind,
      firstAt: new Date(firstMs),
      lastAt: new Date(lastMs),
    })),
    lookedAt,
    isPartial: lookedAt >= upTo,
  };
}

export const isMoment: Check = (value) =>
  value instanceof Date && Number.isFinite(value.getTime()) ? undefined : 'must be a valid Date';

const checks = {
  since: isMoment,
  jobName: nameOf(MAX_NAME_BYTES),
  channel: nameOf(MAX_NAME_BYTES),
  upTo: numberIn(1, 100_000, 'jobs', 'whole'),
};
