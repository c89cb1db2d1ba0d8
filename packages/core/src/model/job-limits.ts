import type { Rate } from './rate.ts';

/** What jobs may do at most, in all processes together. What is left out is not limited. */
export interface Limits {
  /**
   * How many jobs of the channel or the name may run at a time. One that is claimed counts until its outcome is recorded.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000,000.
   */
  readonly concurrency?: number;
  /**
   * How many jobs of the channel or the name may start in how long a time.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} for what is no {@link Rate}.
   */
  readonly rateLimit?: Rate;
  /**
   * How many jobs of a group may run at a time: of the group, or of each group that has none of its own. With more than
   * one, jobs of a group start in their order, and may end in another.
   *
   * @defaultValue 1
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000,000.
   */
  readonly groupConcurrency?: number;
  /**
   * How many jobs of a group may start in how long a time: of the group, or of each group that has none of its own.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} for what is no {@link Rate}.
   */
  readonly groupRateLimit?: Rate;
  /**
   * How many jobs in a row a group starts when it is its turn. Of a group only.
   *
   * @defaultValue 1
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000.
   */
  readonly weight?: number;
}

/** Who is limited: all jobs of a channel, all of a name, or those of a single group. */
export type LimitTarget = { readonly channel: string } | { readonly jobName: string } | { readonly jobGroup: string };

/** Who said so: the definition that was registered last, or a call of `context.limits.set`, which goes before it. */
export type LimitOrigin = 'definition' | 'api';

/** What is said of one target. */
export type LimitRecord = LimitTarget & Limits & { readonly origin: LimitOrigin };
