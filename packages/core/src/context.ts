import { type FailureSummary, type FailuresOptions, failuresOf } from './api/figures/failures.ts';
import { type LaneRecord, type LanesOptions, lanesOf } from './api/figures/lanes.ts';
import { type Stats, statsOf } from './api/figures/stats.ts';
import { Groups } from './api/jobs/groups.ts';
import { Jobs } from './api/jobs/jobs.ts';
import { JobLimits } from './api/limits/job-limits.ts';
import {
  type Pause,
  type Paused,
  type PauseOptions,
  type PauseResult,
  pauseJobs,
  pausesOf,
  resumeJobs,
} from './api/pauses/pauses.ts';
import { Schedules } from './api/schedules/schedules.ts';
import { type ContextOptions, resolveContextOptions } from './context-options.ts';
import { isOfClosedClient } from './driver/database-error.ts';
import { Enqueuer } from './produce/enqueuer.ts';
import { Submitter } from './produce/submitter.ts';
import { tablesOf } from './schema/index.ts';
import { ContextBase } from './services/context-base.ts';
import type { Hook } from './services/hook.ts';
import { Hooks } from './services/hooks.ts';
import { LocalWork } from './services/local-work.ts';
import { OutcomeWaiter } from './services/outcome-waiter.ts';
import { Registry } from './services/registry.ts';
import { newEvents, Reporter } from './services/reporter.ts';
import { SchemaGate } from './services/schema-gate.ts';
import { type Services, setServices } from './services/services.ts';
import { listProcesses, type ProcessRecord } from './statements/list-processes.ts';

/**
 * What all BearMQ objects share: the way to the database, the schema, settings and event handlers.
 *
 * Making one connects to nothing and starts nothing, and it needs no closing: stop the daemons made from it, then end
 * the pool that you gave to its driver.
 *
 * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
 * @throws InvalidIdentifierError for a schema name that PostgreSQL could not hold.
 */
export class Context extends ContextBase {
  /** Its jobs: to look at, to cancel, to retry, to delete and to move. */
  readonly jobs: Jobs;
  /** Its job groups, to look at: who holds them, and what waits. */
  readonly groups: Groups;
  /** What processes have counted of jobs: charts of the last minutes, hours and days, and figures that only grow. */
  readonly stats: Stats;
  /** Limits on the jobs of a channel, a name or a group, in all processes together. */
  readonly limits: JobLimits;
  /** The schedules in the database, of all definitions. */
  readonly schedules: Schedules;
  readonly #services: Services;
  readonly #hooks = new Hooks();

  constructor(options: ContextOptions) {
    const { driver, schema, ...settings } = resolveContextOptions(options);
    const tables = tablesOf(schema);
    const events = newEvents();
    const localWork = new LocalWork();
    const { reportError, warn } = new Reporter(events, (error) => whyMissing(error));
    const { checkSchema, whyMissing } = new SchemaGate(driver, tables, warn);
    const enqueuer = new Enqueuer({
      driver,
      tables,
      onEnqueued: localWork.announce,
      onAnnouncementsFull: (error) => warn(FULL_WARNING, error),
      announcementsInTransactions: settings.wakeUp === 'poll' ? 'none' : 'sent',
      // A program that ends its client takes the last notification with it, and may: jobs are found without.
      onAnnounceFailed: (error) => {
        if (!isOfClosedClient(error)) reportError('notifier', error, 1);
      },
    });
    const registry = new Registry();
    super(schema, events);
    const services: Services = {
      driver,
      tables,
      settings,
      events,
      registry,
      hooks: this.#hooks,
      enqueuer,
      submitter: new Submitter({ driver, tables, enqueuer }),
      localWork,
      outcomes: new OutcomeWaiter({ driver, tables, wakeUp: settings.wakeUp, warn }),
      reportError,
      warn,
      checkSchema,
      whyMissing,
    };
    setServices(this, services);
    this.#services = services;
    this.jobs = new Jobs(services);
    this.groups = new Groups(services);
    this.stats = statsOf(services);
    this.limits = new JobLimits(services);
    this.schedules = new Schedules(services);
  }

  /**
   * Pauses the jobs of a channel, a name or a group, or all jobs, in all processes, until {@link resume}; restarts do
   * not end it. Running jobs go on. Once it has resolved, no process claims such a job; one that was claimed a little
   * ahead may still start within a second (`waitForRunningSecs` waits for that, too).
   *
   * The clock goes on: jobs are enqueued, delays run out, schedules tick, and what has become due runs at the resume.
   * Pausing the same again changes nothing.
   *
   * @throws InvalidOptionError for what is unknown, of the wrong type or out of range.
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async pause(what: Paused, options: PauseOptions = {}): Promise<PauseResult> {
    return await pauseJobs(this.#services, what, options);
  }

  /**
   * Ends a pause, and has workers look for what waits.
   *
   * @returns whether it was paused.
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link pause} does.
   */
  async resume(what: Paused): Promise<boolean> {
    return await resumeJobs(this.#services, what);
  }

  /**
   * What is paused, the longest first.
   *
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async pauses(): Promise<readonly Pause[]> {
    return await pausesOf(this.#services);
  }

  /**
   * The processes that run Workers in this schema: where they are, what they take, how much they have claimed, and
   * which give no sign of life. Processes that only enqueue, or run an orchestrator alone, are not listed.
   *
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async processes(): Promise<readonly ProcessRecord[]> {
    const { driver, tables, checkSchema } = this.#services;
    await checkSchema();
    return await listProcesses(driver, tables, null);
  }

  /**
   * All lanes (the jobs of one name in one channel) that have jobs or had some lately: how many wait and run, how long
   * they wait and take, and whether any process takes them. Ready jobs are counted up to a limit, so the cost follows
   * the number of lanes, however many jobs there are.
   *
   * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
   * @throws SchemaVersionError, DatabaseError when the database has not been migrated, or cannot be asked.
   */
  async lanes(options: LanesOptions = {}): Promise<readonly LaneRecord[]> {
    return await lanesOf(this.#services, options);
  }

  /**
   * The newest failed jobs in history, grouped by their error.
   *
   * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
   * @throws SchemaVersionError, DatabaseError when the database has not been migrated, or cannot be asked.
   */
  async failures(options: FailuresOptions = {}): Promise<FailureSummary> {
    return await failuresOf(this.#services, options);
  }

  /**
   * Puts your code around what this context enqueues and runs, in this process, inside the hooks that are there
   * already. Calls under way go on without it.
   *
   * @returns a function that takes the hook away.
   * @throws InvalidOptionError for anything but a {@link Hook}.
   */
  use(hook: Hook): () => void {
    return this.#hooks.add(hook);
  }
}

const FULL_WARNING =
  "the server's queue of notifications is full: jobs are enqueued, and workers find them by polling. Somebody listens " +
  'and does not read, in whatever database: look for old transactions in pg_stat_activity whose sessions listen';
