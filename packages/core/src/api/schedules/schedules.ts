import { InvalidOptionError, ScheduleNotFoundError } from '../../errors.ts';
import type { DefinitionOf } from '../../model/definition-of.ts';
import type { NewJob } from '../../model/job.ts';
import { MAX_NAME_BYTES } from '../../model/limits.ts';
import { SCHEDULE_DEFAULTS } from '../../model/schedule/defaults.ts';
import type { TickOrigin } from '../../model/schedule/rule.ts';
import type { StoredSchedule } from '../../model/schedule/stored.ts';
import { nameOf } from '../../options/check-options.ts';
import { registeredJobOf } from '../../services/definitions.ts';
import { elaborateTicks } from '../../services/elaborate-ticks.ts';
import type { RegisteredJob } from '../../services/registry.ts';
import { checkDeclared, enterCalled } from '../../services/schedule-entries.ts';
import type { Services } from '../../services/services.ts';
import { missingSchema } from '../../statements/read-schema-version.ts';
import {
  listSchedules,
  pauseSchedule,
  type ReadSchedules,
  readSchedules,
  removeSchedule,
  resumeSchedule,
} from '../../statements/schedule-rows.ts';
import type { TransactionOption } from '../job-definition/enqueue-options.ts';
import type { ScheduleSpec } from '../job-definition/job-definition-options.ts';
import { scheduleEntryOf } from '../job-definition/schedule-entry.ts';
import { type BackfillRange, checkTransaction, pageIn, rangeIn, type ScheduleFilter } from './call-options.ts';
import { recordOf, type SchedulePage, type ScheduleRecord } from './schedule-record.ts';
import { byTimesOf, checkStoredOverrides } from './stored-rule.ts';
import { backfillTimes, jobsOf } from './tick-jobs.ts';

/** The name of a definition; or the definition itself. */
export type JobOfSchedule = string | DefinitionOf<never>;

type Session = Services['driver'] | NonNullable<TransactionOption['tx']>;

/**
 * The schedules in the database, of all definitions: those that definitions declare, and those that are entered here, while
 * the program runs. A key that is left out is `default`.
 *
 * All of its methods reject with an InvalidOptionError for what cannot be a name, a key or an option, with a
 * SchemaVersionError when the database has not been migrated, and with a DatabaseError when it cannot be asked.
 */
export class Schedules {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * Enters a schedule, or changes the one of this key. It stays until it is removed, whatever becomes of this program.
   * Its definition need not be registered here, but in the context of an orchestrator. A changed rule neither makes up
   * for ticks nor repeats any: its next tick is the first from now on. A paused schedule stays paused.
   *
   * @returns what is in the database then.
   * @throws InvalidOptionError for what is wrong in it, and for a key that the definition declares.
   * @throws PayloadError for a payload that would not survive JSON, has more than 1 MiB of it, or does not fit the
   *   `payloadSchema`.
   */
  async set<TParams>(
    definition: DefinitionOf<TParams>,
    spec: ScheduleSpec<NoInfer<TParams>> & { readonly key: string },
    options: TransactionOption = {},
  ): Promise<ScheduleRecord> {
    const job = registeredJobOf('schedules.set', definition);
    const entry = scheduleEntryOf('schedules.set', job, spec);
    const isDeclared = job.schedules.some(({ key }) => key === entry.key);
    if (isDeclared || (job.repeatSecs !== undefined && entry.key === SCHEDULE_DEFAULTS.key)) {
      const problem = `is ${JSON.stringify(entry.key)}, which the definition itself declares: give it another`;
      throw new InvalidOptionError('schedules.set.key', problem);
    }
    const tx = checkTransaction('schedules.set', options);
    await checkDeclared({ schedules: [entry], check: job.check });
    return await this.#within(tx, async (session) => {
      await enterCalled({ session, tables: this.#services.tables }, job.name, entry);
      const row = await this.#find(session, job.name, entry.key);
      this.#services.registry.announceSchedules();
      return recordOf(row.schedule);
    });
  }

  /** Resolves to `null` where there is none. */
  async get(job: JobOfSchedule, key: string = SCHEDULE_DEFAULTS.key): Promise<ScheduleRecord | null> {
    const { rows } = await this.#read(checkedName('get', job), checkedKey('get', key));
    return rows[0] === undefined ? null : recordOf(rows[0]);
  }

  /** A page of the schedules, by name and key. */
  async list(filter: ScheduleFilter = {}): Promise<SchedulePage> {
    const page = pageIn(filter);
    return await this.#within(undefined, async (session) => {
      const rows = await listSchedules(session, this.#services.tables, page);
      const last = rows.length === page.limit ? rows.at(-1) : undefined;
      const next = last === undefined ? null : JSON.stringify([last.jobName, last.key]);
      return { schedules: rows.map(recordOf), next };
    });
  }

  /**
   * Once this resolves, no tick of it is enqueued until it is resumed. Jobs that are there already run. Twice is fine.
   *
   * @throws ScheduleNotFoundError where there is none.
   */
  async pause(job: JobOfSchedule, key: string = SCHEDULE_DEFAULTS.key): Promise<void> {
    const named = { jobName: checkedName('pause', job), key: checkedKey('pause', key) };
    const isThere = await this.#within(undefined, (session) => pauseSchedule(session, this.#services.tables, named));
    if (!isThere) throw new ScheduleNotFoundError(named.jobName, named.key);
  }

  /**
   * Enqueues its ticks again, from the next one on; those that were due meanwhile are not made up for. Twice is fine.
   *
   * @throws ScheduleNotFoundError where there is none.
   * @throws InvalidOptionError where its rule was changed by hand, and has no times; it stays paused.
   */
  async resume(job: JobOfSchedule, key: string = SCHEDULE_DEFAULTS.key): Promise<void> {
    const [jobName, checked] = [checkedName('resume', job), checkedKey('resume', key)];
    await this.#within(undefined, async (session) => {
      for (;;) {
        // Whoever changes it in between has it read again.
        const { schedule, nowMs } = await this.#find(session, jobName, checked);
        if (schedule.pausedAtMs === null) return;
        const nextAtMs = byTimesOf('resume', schedule, (times) => times.after(nowMs)) ?? schedule.nextAtMs;
        if (await resumeSchedule(session, this.#services.tables, { ...schedule, nextAtMs })) break;
      }
      this.#services.registry.announceSchedules();
    });
  }

  /**
   * Deletes it, and resolves to whether it was there. A schedule that a definition declares is entered again by
   * processes that have that definition.
   */
  async remove(job: JobOfSchedule, key: string): Promise<boolean> {
    const named = { jobName: checkedName('remove', job), key: checkedKey('remove', key) };
    return await this.#within(undefined, (session) => removeSchedule(session, this.#services.tables, named));
  }

  /**
   * Enqueues a job of the schedule now, paused or not. Its next tick stays as it is.
   *
   * @param job the definition, or its name where it is registered in this context.
   * @returns the job's id.
   * @throws ScheduleNotFoundError where there is none.
   * @throws InvalidOptionError for a name that is not registered here, and a rule changed by hand that is out of range.
   */
  async trigger(
    job: JobOfSchedule,
    key: string = SCHEDULE_DEFAULTS.key,
    options: TransactionOption = {},
  ): Promise<string> {
    const tx = checkTransaction('schedules.trigger', options);
    const definition = this.#definitionOf('trigger', job);
    const checked = checkedKey('trigger', key);
    const ids = await this.#within(tx, async (session) => {
      const { schedule, nowMs } = await this.#find(session, definition.name, checked);
      checkStoredOverrides('trigger', schedule);
      return await this.#enqueue(definition, schedule, [Math.floor(nowMs)], { origin: 'trigger', nowMs, tx });
    });
    return ids[0] as string;
  }

  /**
   * Enqueues a job for each tick that the schedule, as it is now, would have had from a moment on and before another.
   * It does not look whether they were enqueued before. At most 10,000.
   *
   * @param job the definition, or its name where it is registered in this context.
   * @returns the jobs' ids, the oldest tick's first.
   * @throws ScheduleNotFoundError where there is none.
   * @throws InvalidOptionError for a stretch with more ticks, for one that ends later than now, and as `resume` and
   *   `trigger` do; nothing was enqueued.
   */
  async backfill(job: JobOfSchedule, key: string, range: BackfillRange): Promise<readonly string[]> {
    const { fromMs, toMs } = rangeIn(range);
    const definition = this.#definitionOf('backfill', job);
    const checked = checkedKey('backfill', key);
    return await this.#within(undefined, async (session) => {
      const { schedule, nowMs } = await this.#find(session, definition.name, checked);
      checkStoredOverrides('backfill', schedule);
      const times = backfillTimes(schedule, { fromMs, toMs, nowMs });
      return await this.#enqueue(definition, schedule, times, { origin: 'backfill', nowMs, tx: undefined });
    });
  }

  async #enqueue(
    definition: RegisteredJob,
    schedule: StoredSchedule,
    times: readonly number[],
    { origin, nowMs, tx }: { origin: TickOrigin; nowMs: number; tx: TransactionOption['tx'] },
  ): Promise<readonly string[]> {
    const { enqueuer, events } = this.#services;
    const jobs = jobsOf(definition, schedule, times, { origin, nowMs });
    const insert = (made: readonly NewJob[]): Promise<void> =>
      tx === undefined ? enqueuer.insertMany(made) : enqueuer.insertIn(tx, made);
    await elaborateTicks(this.#services, jobs, () => JSON.parse(schedule.payloadText) as unknown, insert);
    if (tx === undefined && events.hears('JOB_DEFINITION_JOB_ENQUEUE')) {
      for (const { id, name } of jobs)
        events.emit({ eventType: 'JOB_DEFINITION_JOB_ENQUEUE', jobId: id, jobName: name });
    }
    return jobs.map(({ id }) => id);
  }

  #definitionOf(method: string, job: JobOfSchedule): RegisteredJob {
    if (typeof job !== 'string') return registeredJobOf(`schedules.${method}`, job);
    const found = this.#services.registry.get(checkedName(method, job));
    if (found !== undefined) return found;
    const problem = `needs the definition of ${JSON.stringify(job)}: register it in this context, or give it in place of its name`;
    throw new InvalidOptionError(`schedules.${method}`, problem);
  }

  async #find(session: Session, jobName: string, key: string): Promise<{ schedule: StoredSchedule; nowMs: number }> {
    const { rows, nowMs } = await readSchedules(session, this.#services.tables, { jobName, keys: [key] });
    if (rows[0] === undefined) throw new ScheduleNotFoundError(jobName, key);
    return { schedule: rows[0], nowMs };
  }

  async #read(jobName: string, key: string): Promise<ReadSchedules> {
    const which = { jobName, keys: [key] };
    return await this.#within(undefined, (session) => readSchedules(session, this.#services.tables, which));
  }

  /** On the caller's transaction if there is one. */
  async #within<T>(tx: TransactionOption['tx'], work: (session: Session) => Promise<T>): Promise<T> {
    const { driver, tables, checkSchema } = this.#services;
    if (tx === undefined) {
      await checkSchema();
      return await work(driver);
    }
    try {
      return await work(tx);
    } catch (error) {
      throw missingSchema(error, tables) ?? error;
    }
  }
}

const isName = nameOf(MAX_NAME_BYTES);

function checkedName(method: string, job: JobOfSchedule): string {
  if (typeof job === 'object') return registeredJobOf(`schedules.${method}`, job).name;
  const problem = isName(job);
  if (problem === undefined) return job;
  throw new InvalidOptionError(`schedules.${method}`, `takes a JobDefinition, or the name of one, which ${problem}`);
}

function checkedKey(method: string, key: string): string {
  const problem = isName(key);
  if (problem === undefined) return key;
  throw new InvalidOptionError(`schedules.${method}`, `takes a key, which ${problem}`);
}
