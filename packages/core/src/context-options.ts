import type { Driver } from './driver/index.ts';
import { InvalidOptionError } from './errors.ts';
import { checkJobDefaults, type JobSettings } from './job-settings.ts';
import { MAX_NAME_BYTES, MAX_SECS } from './model/limits.ts';
import type { PayloadCodec } from './model/payload/codec.ts';
import { checkOptions, hasMethods, nameOf, numberIn, oneOf, unchecked, withDefaults } from './options/check-options.ts';

/** What all objects of a context share. */
export interface ContextSettings {
  /**
   * How long a finalized job stays in the database before an orchestrator deletes it, in seconds. A larger value keeps
   * more history, and more disk. With 0 jobs are deleted as they are finalized.
   *
   * @defaultValue 86400 (24 hours)
   * @throws {@link InvalidOptionError} below 0 or above 100 years.
   */
  readonly jobPostFinalizeDeleteSecs?: number;
  /**
   * How long a job that failed or was cancelled stays in the database, in seconds, if not as long as one that
   * succeeded. With 0 it is deleted as it is finalized, with its payload and errors.
   *
   * @defaultValue `jobPostFinalizeDeleteSecs`
   * @throws {@link InvalidOptionError} below 0 or above 100 years.
   */
  readonly jobPostFailDeleteSecs?: number;
  /**
   * How many finalized jobs stay in the database at most, whatever their age. An orchestrator deletes the oldest beyond
   * that, failed ones included. It looks once a minute and goes by the server's estimate of the table's size, so there
   * may be some more for a while.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if not a whole number from 0 to 1,000,000,000.
   */
  readonly maxFinalizedJobs?: number;
  /**
   * How the jobs of all definitions of this context are run, unless a definition or an `enqueue` says otherwise.
   * `timeoutSecs` and `backoff` say the same thing in two ways, so a definition that gives either replaces both.
   *
   * @defaultValue none: those of {@link JobSettings}
   * @throws {@link InvalidOptionError} for a setting that is unknown, of the wrong type or out of range.
   */
  readonly jobDefaults?: JobSettings;
  /**
   * The longest time that a job group can stay locked, in seconds. Past it the group opens even if its job still seems
   * to run, so it should be longer than the longest job. A worker that dies does not wait for this: see `leaseSecs`.
   *
   * @defaultValue 10800 (3 hours)
   * @throws {@link InvalidOptionError} below 1 or above 100 years.
   */
  readonly jobGroupUnlockSecs?: number;
  /**
   * How long this process keeps its jobs without a sign of life, in seconds; it gives one every third of this time.
   * With a smaller value the jobs of a killed process run again sooner; a larger one forgives longer outages of the
   * network between the process and its database.
   *
   * @defaultValue 30
   * @throws {@link InvalidOptionError} below 3 or above 86,400.
   */
  readonly leaseSecs?: number;
  /**
   * How long a process keeps its jobs that holds its connection to the database but gives no other sign of life, in
   * seconds: its event loop is blocked, or it is dead behind a proxy that has not noticed. With a smaller value the
   * jobs of such a dead process run again sooner; a work function that blocks for longer than this runs a second time.
   *
   * @defaultValue 600 (ten minutes), or `leaseSecs` if that is more
   * @throws {@link InvalidOptionError} below `leaseSecs` or above 100 years.
   */
  readonly blockedSecs?: number;
  /**
   * How long a run has to end after its `metadata.signal` was aborted, in seconds: by `maxRunSecs`, by a cancel, or by
   * a `stop({ waitSecs })` that waits no longer. A smaller value ends a program sooner; a larger one lets more runs end
   * in order.
   *
   * @defaultValue 10
   * @throws {@link InvalidOptionError} below 0 or above 3,600.
   */
  readonly abortGraceSecs?: number;
  /**
   * How often idle workers look for jobs that no notification announced, in seconds. It is the longest wait where there
   * are no notifications, and the fallback where there are. A smaller value costs statements.
   *
   * @defaultValue 3 while notifications arrive, else 1
   * @throws {@link InvalidOptionError} below 0.01 or above 3,600.
   */
  readonly pollSecs?: number;
  /**
   * How idle workers learn of new jobs: `auto` listens for notifications on one connection of its own, and polls where
   * they do not arrive (a pooler in transaction mode); `poll` does not listen, and needs no connection of its own as
   * long as the pool has one free for a moment. Likewise for the ends of jobs that somebody waits for.
   *
   * With `poll`, an `enqueue` in your own transaction sends no notification either. Such a transaction can be prepared
   * for two-phase commit, and workers find its jobs at their next poll.
   *
   * @defaultValue `auto`
   */
  readonly wakeUp?: 'auto' | 'poll';
  /**
   * How often this process writes what it has counted of its jobs (how many ran and how they ended, how long they
   * waited and took), in seconds, for `context.stats`, `context.lanes` and metrics. A killed process loses what it had
   * not written. With 0 it counts nothing.
   *
   * @defaultValue 10
   * @throws {@link InvalidOptionError} below 0 or above 60.
   */
  readonly statsSecs?: number;
  /**
   * Which release of your program this process is: a version or a commit. Kept in its row in the database, beside its
   * host and process id, for whoever asks which process runs what.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if empty or longer than 255 bytes.
   */
  readonly release?: string;
  /**
   * How payloads are stored, for encryption or compression: the database holds what `encode` makes of a payload. All
   * processes that run such jobs need the same codec. Jobs that were enqueued without one are not decoded, so it can be
   * introduced while jobs wait.
   *
   * @defaultValue none: as JSON
   * @throws {@link InvalidOptionError} for anything without `encode` and `decode`.
   */
  readonly payloadCodec?: PayloadCodec;
}

/** The options of a {@link Context}. */
export interface ContextOptions extends ContextSettings {
  /** How to reach the database; `pgDriver({ pool })`, for one. */
  readonly driver: Driver;
  /** The schema that the migrations were applied to. Any name that PostgreSQL allows. */
  readonly schema: string;
}

export const CONTEXT_DEFAULTS = {
  jobPostFinalizeDeleteSecs: 86_400,
  jobGroupUnlockSecs: 10_800,
  leaseSecs: 30,
  blockedSecs: 600,
  abortGraceSecs: 10,
  statsSecs: 10,
  wakeUp: 'auto',
} as const;

/**
 * Settings with nothing left out but `release`, `maxFinalizedJobs` and `payloadCodec`, and `pollSecs`, whose default depends on
 * what the database can do.
 */
export type ResolvedSettings = Required<Omit<ContextSettings, Unsettled>> & Pick<ContextSettings, Unsettled>;

type Unsettled = 'pollSecs' | 'release' | 'maxFinalizedJobs' | 'payloadCodec';

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export function resolveContextOptions(options: ContextOptions): ContextOptions & ResolvedSettings {
  const given = checkOptions('Context', options, contextChecks, ['driver', 'schema']);
  const { leaseSecs = CONTEXT_DEFAULTS.leaseSecs, blockedSecs = Math.max(CONTEXT_DEFAULTS.blockedSecs, leaseSecs) } =
    given;
  if (blockedSecs < leaseSecs) {
    throw new InvalidOptionError(
      'Context.blockedSecs',
      `must be at least leaseSecs (${leaseSecs}), got ${blockedSecs}`,
    );
  }
  const jobDefaults = checkJobDefaults('Context.jobDefaults', given.jobDefaults === undefined ? {} : given.jobDefaults);
  const { jobPostFinalizeDeleteSecs: finalized = CONTEXT_DEFAULTS.jobPostFinalizeDeleteSecs } = given;
  const { jobPostFailDeleteSecs = finalized } = given;
  return withDefaults(CONTEXT_DEFAULTS, { ...given, blockedSecs, jobDefaults, jobPostFailDeleteSecs });
}

const contextChecks = {
  // Listed, since it is the first that the Context of bearmq takes; that one has made a driver of it by now.
  pool: () => 'is an option of the Context of bearmq; give the one of @bearmq/core a driver: pgDriver({ pool })',
  driver: hasMethods(
    ['run', 'transaction', 'listen', 'close'],
    'must be a driver, such as pgDriver({ pool }) from @bearmq/driver-pg',
  ),
  schema: isSchemaName, // whether PostgreSQL could hold it is checked where it is quoted
  jobPostFinalizeDeleteSecs: numberIn(0, MAX_SECS, 'seconds'),
  jobPostFailDeleteSecs: numberIn(0, MAX_SECS, 'seconds'),
  maxFinalizedJobs: numberIn(0, 1_000_000_000, 'jobs', 'whole'),
  jobDefaults: unchecked, // resolved where it is read: what is checked is to be what is used
  jobGroupUnlockSecs: numberIn(1, MAX_SECS, 'seconds'),
  leaseSecs: numberIn(3, 86_400, 'seconds'),
  blockedSecs: numberIn(3, MAX_SECS, 'seconds'),
  abortGraceSecs: numberIn(0, 3_600, 'seconds'),
  pollSecs: numberIn(0.01, 3_600, 'seconds'),
  wakeUp: oneOf('auto', 'poll'),
  statsSecs: numberIn(0, 60, 'seconds'),
  release: nameOf(MAX_NAME_BYTES),
  payloadCodec: hasMethods(['encode', 'decode'], 'must have the methods encode and decode'),
};

/** Names what is missing where a text is expected, and nothing of what was given in its place: that may be a secret. */
function isSchemaName(value: unknown): string | undefined {
  if (typeof value === 'string') return undefined;
  const problem = value === undefined ? 'is missing: give' : 'must be';
  return `${problem} the name of the schema that the migrations were applied to, such as '_bearmq'`;
}
