import { InvalidOptionError } from '../../errors.ts';
import type { Explanation } from '../../model/explanation.ts';
import { explanationOf } from '../../model/explanation-of.ts';
import type { JobRecord } from '../../model/job-record.ts';
import { numberIn } from '../../options/check-options.ts';
import type { Services } from '../../services/services.ts';
import { countOutcomes, countUnfinished } from '../../statements/count-jobs.ts';
import { explainJob } from '../../statements/explain.ts';
import { type PayloadHead, readPayload, readPayloadHead } from '../../statements/read-payload.ts';
import { cancel } from './cancel.ts';
import { ANYWHERE } from './change.ts';
import { deleteAll } from './delete.ts';
import { findPage, type JobPage } from './find.ts';
import { checkFilter, type JobFilter } from './job-filter.ts';
import {
  type BulkOptions,
  type CancelOptions,
  type CountOptions,
  checkCounts,
  checkJobId,
  checkPage,
  type PageOptions,
  type RetryOptions,
} from './jobs-options.ts';
import type { CancelResult, ChangeResult, DeleteResult, JobCounts, RetryResult, RunNowResult } from './jobs-results.ts';
import { type OutcomeOfJob, type OutcomeOptions, outcomeOf } from './outcome.ts';
import { move, setPriority } from './place.ts';
import { type JobLogOptions, type JobLogPage, type JobProgress, logOf, progressOf } from './reports.ts';
import { retry } from './retry.ts';
import { runNow } from './run-now.ts';

/** The largest payload of a job in a page, in bytes of JSON. */
const PAGE_PAYLOAD_BYTES = 64 * 1024;
const ANY_PAYLOAD_BYTES = 2_147_483_647;

/**
 * The jobs of a context's schema: looked at, cancelled, retried, deleted and moved, from any process, whether it runs
 * Workers or not. `context.jobs` is one.
 *
 * Whatever takes a filter takes an id too. Each call is a transaction of its own, and takes none of yours: it holds rows of
 * groups, which all who run jobs wait for.
 */
export class Jobs {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * The whole job with that id; `null` if there is none, or no longer.
   *
   * @throws InvalidOptionError for anything but a job's id.
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async get(id: string): Promise<JobRecord | null> {
    await this.#services.checkSchema();
    const filter = { sought: { ids: [checkJobId('jobs.get', id)] }, places: ANYWHERE };
    const options = { limit: 1, order: 'newest', after: undefined, payloadBytes: ANY_PAYLOAD_BYTES } as const;
    const { jobs } = await findPage(this.#services, 'jobs.get', filter, options);
    // It may have been finalized, or put back, between the looks at the two tables.
    return jobs[0] ?? (await findPage(this.#services, 'jobs.get', filter, options)).jobs[0] ?? null;
  }

  /**
   * The payload of a job as it is stored, as JSON text: numbers that JavaScript cannot hold keep all their digits.
   * `null` if there is no such job, or no longer.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link get} does.
   */
  async payloadText(id: string): Promise<string | null> {
    const { driver, tables, checkSchema } = this.#services;
    await checkSchema();
    return await readPayload(driver, tables, { id: checkJobId('jobs.payloadText', id) });
  }

  /**
   * The beginning of a payload as {@link payloadText} tells it, up to so many characters, and how large the whole is: of a
   * large one, no more than that is sent. `null` if there is no such job, or no longer.
   *
   * @param chars from 1 to 1,000,000. @defaultValue 65536
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link get} does.
   */
  async payloadHead(id: string, chars: number = HEAD_CHARS): Promise<PayloadHead | null> {
    const { driver, tables, checkSchema } = this.#services;
    const problem = isHeadChars(chars);
    if (problem !== undefined) throw new InvalidOptionError('jobs.payloadHead.chars', problem);
    const jobId = checkJobId('jobs.payloadHead', id);
    await checkSchema();
    return await readPayloadHead(driver, tables, { id: jobId, chars });
  }

  /**
   * A page of the jobs that match a filter; of all jobs if it is empty.
   *
   * A page looks at 100,000 rows of either table at most. If it found fewer than its `limit` in them, it is
   * `isPartial`, and `next` goes on. Failed and cancelled jobs have an index of their own, and so have running ones.
   *
   * @throws InvalidOptionError for a filter or an option that is unknown, of the wrong type or out of range.
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async find(filter: JobFilter = {}, page: PageOptions = {}): Promise<JobPage> {
    const { limit = 100, order = 'newest', after } = checkPage(page);
    const sought = checkFilter('jobs.find', filter);
    await this.#services.checkSchema();
    const options = { limit, order, after, payloadBytes: PAGE_PAYLOAD_BYTES };
    return await findPage(this.#services, 'jobs.find', sought, options);
  }

  /**
   * How a job has ended. Waits for one that is not over, for `waitSecs` at most. A failure is an answer like any other.
   *
   * @throws WaitTimeoutError when it is not over then.
   * @throws JobNotFoundError when there is no such job, or no longer: a job that is over is kept for its retention, and
   *   for at least a minute if `enqueueAndWait` enqueued it.
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link find} does.
   */
  async outcome(id: string, options: OutcomeOptions = {}): Promise<OutcomeOfJob> {
    return await outcomeOf(this.#services, 'jobs.outcome', id, options);
  }

  /**
   * The progress that a job last reported with `metadata.progress`; `null` if it reported none, or is gone. It is kept
   * as long as the job.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link get} does.
   */
  async progress(id: string): Promise<JobProgress | null> {
    return await progressOf(this.#services, id);
  }

  /**
   * What a job has logged with `metadata.log`, in all of its attempts, oldest first.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link get} does.
   */
  async log(id: string, options: JobLogOptions = {}): Promise<JobLogPage> {
    return await logOf(this.#services, id, options);
  }

  /**
   * How many jobs wait and run, by channel, name and state, and how many ended in the last hour, each counted up to a
   * limit.
   *
   * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async counts(options: CountOptions = {}): Promise<JobCounts> {
    const { upTo = 1_000 } = checkCounts(options);
    const { driver, tables, checkSchema } = this.#services;
    await checkSchema();
    const [unfinished, lastHour] = await Promise.all([
      countUnfinished(driver, tables, { upTo }),
      countOutcomes(driver, tables, { upTo }),
    ]);
    return { unfinished, lastHour };
  }

  /**
   * Why a job is where it is, and what to do about it: the first reason that holds. What it says about Workers is what
   * their processes wrote at most a second ago.
   *
   * @throws InvalidOptionError for what is no id of a job.
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async explain(id: string): Promise<Explanation> {
    const { driver, tables, checkSchema } = this.#services;
    const jobId = checkJobId('jobs.explain', id);
    await checkSchema();
    return explanationOf(jobId, await explainJob(driver, tables, { id: jobId }));
  }

  /**
   * Cancels jobs. One that waits is over at once, with the outcome `cancelled`. One that runs has its `metadata.signal`
   * aborted with a {@link JobCancelledError}, at the latest when its process next renews its lease. If it then throws
   * or snoozes, it is over as cancelled, whatever attempts are left; if it returns, it has succeeded; if its process
   * dies, it is not run again. Jobs that a process has claimed a little ahead count as running, and are not started.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link find} does; and for an empty filter.
   */
  async cancel(which: string | JobFilter, options: CancelOptions = {}): Promise<CancelResult> {
    return await cancel(this.#services, which, options);
  }

  /**
   * Runs failed or cancelled jobs again: with their id, payload and history of failures, with all of their attempts,
   * and at the end of the line. A job that succeeded, or is not over, is refused.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link cancel} does.
   */
  async retry(which: string | JobFilter, options: RetryOptions = {}): Promise<RetryResult> {
    return await retry(this.#services, which, options);
  }

  /**
   * Has scheduled jobs run as soon as a Worker is idle: those with a delay, and those that wait for their next attempt.
   * A job that waits already is left as it is: what else keeps it, a pause, its group or a limit, still does. Of a
   * filter that names no states, only the scheduled jobs are meant.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link cancel} does.
   */
  async runNow(which: string | JobFilter, options: BulkOptions = {}): Promise<RunNowResult> {
    return await runNow(this.#services, which, options);
  }

  /**
   * Deletes jobs for good: waiting ones, and those that are over. Running ones are left alone; cancel them.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link cancel} does.
   */
  async delete(which: string | JobFilter, options: BulkOptions = {}): Promise<DeleteResult> {
    return await deleteAll(this.#services, which, options);
  }

  /**
   * Gives waiting jobs another priority: a whole number, higher ones start first. Workers whose scans are past a job's
   * new place may see it only with their next full scan, a few seconds later.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link cancel} does.
   */
  async setPriority(which: string | JobFilter, priority: number, options: BulkOptions = {}): Promise<ChangeResult> {
    return await setPriority(this.#services, which, priority, options);
  }

  /**
   * Moves waiting jobs to another channel, where they keep their place in line.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link cancel} does.
   */
  async move(which: string | JobFilter, channel: string, options: BulkOptions = {}): Promise<ChangeResult> {
    return await move(this.#services, which, channel, options);
  }
}

/** How much of a payload its beginning has, in characters. */
const HEAD_CHARS = 65_536;
const isHeadChars = numberIn(1, 1_000_000, 'characters', 'whole');
