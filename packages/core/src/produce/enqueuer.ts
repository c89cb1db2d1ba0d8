import { DatabaseError, type Driver, hasSqlState, SQL_STATES, type SqlSession } from '../driver/index.ts';
import type { AnnouncedJob } from '../model/announced-job.ts';
import type { NewJob } from '../model/job.ts';
import type { Tables } from '../schema/index.ts';
import { enqueue } from '../statements/enqueue.ts';
import { Announcer } from './announcer.ts';
import { batchesOf } from './batches.ts';
import { FirstJobPath } from './first-job.ts';
import { LateAnswers } from './late-answer.ts';

export interface EnqueuerOptions {
  readonly driver: Driver;
  readonly tables: Tables;
  /** There is work for the workers of this process: these jobs, or `null` for whatever they find. */
  readonly onEnqueued: (announced: readonly AnnouncedJob[] | null) => void;
  /** A notification could not be sent: workers of other processes find the job by polling. */
  readonly onAnnounceFailed: (error: unknown) => void;
  /** No notification was sent, since the server's queue of them is full. */
  readonly onAnnouncementsFull: (error?: unknown) => void;
  /** `'none'`: no notifications in transactions of the caller's, which could not be prepared for two-phase commit. */
  readonly announcementsInTransactions: 'sent' | 'none';
}

/** More jobs than this are not announced one by one. */
const MAX_ANNOUNCED = 50;

interface Pending {
  readonly job: NewJob;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts jobs into the database. While a statement is in flight the jobs of other `enqueue()` calls gather and share the
 * next one; an idle process sends at once. Each call resolves or rejects by itself, and only after the commit.
 *
 * One statement at a time: so two calls of one process, one after the other, are first in and second in even when the
 * first was not awaited. One that is lost holds the others up for some three seconds ({@link LateAnswers}). See
 * apps/docs/internals/enqueue.md
 */
export class Enqueuer {
  readonly #options: EnqueuerOptions;
  readonly #announcer: Announcer;
  readonly #answers: LateAnswers;
  readonly #firstJob: FirstJobPath;
  #pending: Pending[] = [];
  #isFlushing = false;

  constructor(options: EnqueuerOptions) {
    this.#options = options;
    const { driver, tables, onAnnounceFailed, onAnnouncementsFull } = options;
    this.#answers = new LateAnswers(driver, tables);
    this.#announcer = new Announcer(driver, tables, { onFailed: onAnnounceFailed, onFull: onAnnouncementsFull });
    this.#firstJob = new FirstJobPath(driver, tables, this.#announcer);
  }

  /** Resolves once the job is committed. */
  insert(job: NewJob): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ job, resolve, reject });
      if (this.#isFlushing) return;
      this.#isFlushing = true;
      // A microtask later, the calls made in one go (a Promise.all) are all here. A promise's: the fake timers of a test
      // may hold back `queueMicrotask`, and with it all that is enqueued ever after.
      void Promise.resolve().then(() => this.#flush());
    });
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) await this.#insertBatch(this.#takeBatch());
    this.#isFlushing = false;
  }

  #takeBatch(): readonly Pending[] {
    const [first = []] = batchesOf(jobsOf(this.#pending));
    return this.#pending.splice(0, first.length);
  }

  async #insertBatch(batch: readonly Pending[]): Promise<void> {
    const { onEnqueued } = this.#options;
    const jobs = batch.map(({ job }) => job);
    let answer: unknown;
    try {
      answer = await this.#answers.unlessLost(this.#send(jobs), charsOf(jobs));
    } catch (error) {
      // What the server refused may be the fault of one job; what the connection lost may have been committed.
      const isOneToBlame = batch.length > 1 && error instanceof DatabaseError && !error.isRetryable;
      if (isOneToBlame) for (const one of batch) await this.#insertBatch([one]);
      else for (const { reject } of batch) reject(error);
      return;
    }
    onEnqueued(jobs.length <= MAX_ANNOUNCED && jobs.every(isReady) ? jobs : null);
    const onItsWay = answer === 'announced' ? undefined : this.announceSoon();
    if (onItsWay !== undefined) await onItsWay;
    for (const { resolve } of batch) resolve();
  }

  /** Resolves to `'announced'` when it was, too: a single job after a quiet moment is inserted and announced in one. */
  #send(jobs: readonly NewJob[]): Promise<unknown> {
    const { driver, tables } = this.#options;
    const [first, another] = jobs;
    const isFirst = first !== undefined && another === undefined && !isLater(first) && this.#firstJob.isNext;
    return isFirst ? this.#sendFirst(first) : enqueue(driver, tables, jobs);
  }

  async #sendFirst(job: NewJob): Promise<unknown> {
    const { driver, tables } = this.#options;
    const done = await this.#firstJob.enqueue(job);
    if (done === 'inserted') return 'announced';
    return await enqueue(driver, tables, [job]).catch((error: unknown) => {
      if (done !== 'perhaps' || !isDuplicate(error)) throw error; // it was: the ids are new, so nobody else's are like them
    });
  }

  /** What the notifications of this process carry. */
  get senderId(): string {
    return this.#announcer.senderId;
  }

  /** Tells the workers of this process, and then those of others, that there is work. As {@link Announcer.send}. */
  announce(): Promise<void> | undefined {
    this.#options.onEnqueued(null);
    return this.announceSoon();
  }

  /** Tells the workers of other processes that there is work, at the next opportunity. As {@link Announcer.send}. */
  announceSoon(): Promise<void> | undefined {
    return this.#announcer.send();
  }

  /** Sends a notification to other processes, whatever it says. It is a hint: whoever misses it finds out otherwise. */
  notify(payload: string): Promise<void> {
    return this.#announcer.sendNow(payload);
  }

  /** Tells the workers of other processes, and waits until that is sent. Never rejects: it is a hint. */
  async announceNow(): Promise<void> {
    await this.#announcer.sendIn(this.#options.driver).catch(this.#options.onAnnounceFailed);
  }

  /** Inserts all jobs or none, in their order. Resolves once they are committed. */
  async insertMany(jobs: Iterable<NewJob>): Promise<void> {
    const { driver, tables } = this.#options;
    const batches = batchesOf(jobs);
    const first = batches.next();
    if (first.done === true) return;
    const second = batches.next();
    // One statement is a transaction by itself.
    if (second.done === true) await enqueue(driver, tables, first.value);
    else {
      await driver.transaction(async (tx) => {
        await enqueue(tx, tables, first.value);
        await enqueue(tx, tables, second.value);
        for (const batch of batches) await enqueue(tx, tables, batch);
      });
    }
    await this.announce();
  }

  /** Inserts within the caller's own transaction, and notifies when that commits. */
  async insertIn(tx: SqlSession, jobs: Iterable<NewJob>): Promise<void> {
    for (const batch of batchesOf(jobs)) await enqueue(tx, this.#options.tables, batch);
    await this.announceIn(tx);
  }

  /** Tells the workers of all processes when the caller's transaction commits. */
  async announceIn(tx: SqlSession): Promise<void> {
    if (this.#options.announcementsInTransactions === 'sent') await this.#announcer.sendIn(tx);
  }
}

/** Whether a worker that takes just this job does no harm: it waits for nothing, and no order of a group. */
function isReady(job: NewJob): boolean {
  return job.jobGroup === null && !isLater(job);
}

/** Whether it may have to wait for its time. */
function isLater({ delaySecs, runAtMs = null }: NewJob): boolean {
  return delaySecs > 0 || runAtMs !== null;
}

function isDuplicate(error: unknown): boolean {
  return hasSqlState(error, SQL_STATES.uniqueViolation);
}

function charsOf(jobs: readonly NewJob[]): number {
  return jobs.reduce((chars, { payloadText }) => chars + payloadText.length, 0);
}

function* jobsOf(pending: readonly Pending[]): Generator<NewJob, void> {
  for (const { job } of pending) yield job;
}
