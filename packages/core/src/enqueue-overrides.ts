import type { JobSettings } from './job-settings.ts';
import type { JobHeaders } from './model/extras.ts';

/** What a single `enqueue` may say differently from its definition. */
export interface EnqueueOverrides extends JobSettings {
  /**
   * The job group, in place of the generated one: at most one job of a group runs at a time, first in first out.
   *
   * @throws {@link InvalidOptionError} if empty or longer than 1,024 bytes.
   */
  readonly jobGroup?: string;
  /**
   * When the job may run, in place of a delay, by the database's clock. A time in the past means at once.
   *
   * @defaultValue none: after `delaySecs`
   * @throws {@link InvalidOptionError} for anything but a valid `Date`, for one more than 100 years from now, and
   *   together with `delaySecs`.
   */
  readonly runAt?: Date;
  /**
   * Texts by name that go with the job beside its payload, and reach its run as `metadata.headers`: a trace's context,
   * or a tenant. Stored as they are, and visible to all who may read jobs.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if not a plain object of strings; above 8 KiB of JSON in all; for a name that is
   *   empty, longer than 255 bytes, or begins with `bearmq.`.
   */
  readonly headers?: JobHeaders;
  /**
   * The unique key of this job, in place of the one from its definition's `unique`. `null` for none: the job is always
   * enqueued, and holds nothing.
   *
   * @defaultValue as the definition says
   * @throws {@link InvalidOptionError} if empty or longer than 1,024 bytes, and for a key where the definition has no
   *   `unique`.
   */
  readonly unique?: string | null;
}
