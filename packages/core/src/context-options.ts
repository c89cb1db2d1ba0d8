import type { Driver } from './driver/index.ts';
import { InvalidOptionError } from './errors.ts';
import { MAX_NAME_BYTES, MAX_SECS } from './model/limits.ts';
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
   * The longest time that a job group can stay locked, in seconds. Past it the group opens even if its job still seems
   * to run, so it should be longer than the longest job. A worker that dies does not wait for this: see `leaseSecs`.
   *
   * @defaultValue 10800 (3 hours)
   * @throws {@link InvalidOptionError} below 1 or above 100 years.
   */
  readonly jobGroupUnlockSecs?: number;
  /**
   * How long the jobs of this process stay its own without a sign of life, in seconds. Renewed every third of this
   * time. A smaller value has the jobs of a killed process run again sooner; a larger one forgives longer outages of the
   * network between the process and its database.
   *
   * @defaultValue 30
   * @throws {@link InvalidOptionError} below 3 or above 86,400.
   */
  readonly leaseSecs?: number;
  /**
   * How long a process that holds its connection to the database, but gives no other sign of life, keeps its jobs, in
   * seconds: its event loop is blocked, or it is dead behind a proxy that has not noticed. A smaller value has the jobs
   * of such a dead process run again sooner; a work function that blocks for longer than it is run a second time.
   *
   * @defaultValue 600 (ten minutes), or `leaseSecs` if that is more
   * @throws {@link InvalidOptionError} below `leaseSecs` or above 100 years.
   */
  readonly blockedSecs?: number;
  /**
   * How long a run has to end once its `metadata.signal` was aborted by us, in seconds: by `maxRunSecs`, or by a
   * `stop({ waitSecs })` that waits no longer. A smaller value ends a program sooner; a larger one lets more runs end in order.
   *
   * @defaultValue 10
   * @throws {@link InvalidOptionError} below 0 or above 3,600.
   */
  readonly abortGraceSecs?: number;
  /**
   * How often idle workers look for jobs that no notification told them of, in seconds. It is the longest wait where
   * notifications cannot be had, and the fallback where they can. A smaller value costs statements.
   *
   * @defaultValue 3 while notifications arrive, else 1
   * @throws {@link InvalidOptionError} below 0.01 or above 3,600.
   */
  readonly pollSecs?: number;
  /**
   * How idle workers learn of new jobs: `auto` listens for notifications on one connection of its own, and polls where
   * they do not arrive (a pooler in transaction mode); `poll` does not listen, and needs no connection of its own
   * as long as the pool has one free for a moment.
   *
   * With `poll` an `enqueue` in a transaction of the caller's sends no notification either: such a transaction can be
   * prepared for two-phase commit, and workers find its jobs when they next look.
   *
   * @defaultValue `auto`
   */
  readonly wakeUp?: 'auto' | 'poll';
  /**
   * Which release of your program this process is, a version or a commit: its row in the database says so, beside its
   * host and its process id, for whoever asks which process runs what.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if empty or longer than 255 bytes.
   */
  readonly release?: string;
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
  wakeUp: 'auto',
} as const;

/** Settings with nothing left out but `release`, and `pollSecs`, whose default depends on what the database can do. */
export type ResolvedSettings = Required<Omit<ContextSettings, Unsettled>> & Pick<ContextSettings, Unsettled>;

type Unsettled = 'pollSecs' | 'release';

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export function resolveContextOptions(options: ContextOptions): ContextOptions & ResolvedSettings {
  const given = checkOptions('Context', options, contextChecks, ['driver']);
  const { leaseSecs = CONTEXT_DEFAULTS.leaseSecs, blockedSecs = Math.max(CONTEXT_DEFAULTS.blockedSecs, leaseSecs) } =
    given;
  if (blockedSecs < leaseSecs) {
    throw new InvalidOptionError(
      'Context.blockedSecs',
      `must be at least leaseSecs (${leaseSecs}), got ${blockedSecs}`,
    );
  }
  return withDefaults(CONTEXT_DEFAULTS, { ...given, blockedSecs });
}

const contextChecks = {
  // Listed, since it is the first that the Context of bearmq takes; that one has made a driver of it by now.
  pool: () => 'is an option of the Context of bearmq; give the one of @bearmq/core a driver: pgDriver({ pool })',
  driver: hasMethods(
    ['run', 'transaction', 'listen', 'close'],
    'must be a driver, such as pgDriver({ pool }) from @bearmq/driver-pg',
  ),
  schema: unchecked, // checked where it is quoted
  jobPostFinalizeDeleteSecs: numberIn(0, MAX_SECS, 'seconds'),
  jobGroupUnlockSecs: numberIn(1, MAX_SECS, 'seconds'),
  leaseSecs: numberIn(3, 86_400, 'seconds'),
  blockedSecs: numberIn(3, MAX_SECS, 'seconds'),
  abortGraceSecs: numberIn(0, 3_600, 'seconds'),
  pollSecs: numberIn(0.01, 3_600, 'seconds'),
  wakeUp: oneOf('auto', 'poll'),
  release: nameOf(MAX_NAME_BYTES),
};
