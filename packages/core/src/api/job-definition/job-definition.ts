import type { Context } from '../../context.ts';
import type { SqlSession } from '../../driver/index.ts';
import { InvalidOptionError } from '../../errors.ts';
import { encodeExtras, encodeHeaders } from '../../job-headers.ts';
import type { BackoffRule } from '../../model/backoff.ts';
import type { NewJob } from '../../model/job.ts';
import type { JobMetadata } from '../../model/job-metadata.ts';
import type { IsGiven, JsonSafe } from '../../model/payload/json.ts';
import { encodePayload } from '../../model/payload/payload.ts';
import { monotonicUuid } from '../../runtime/monotonic-uuid.ts';
import type { RegisteredJob } from '../../services/registry.ts';
import { type Services, servicesOf } from '../../services/services.ts';
import { isMissing, missingSchema } from '../../statements/read-schema-version.ts';
import { upsertSchedule } from '../../statements/schedules.ts';
import {
  checkEnqueueItem,
  checkEnqueueManyOptions,
  checkEnqueueOptions,
  checkItemCount,
  type EnqueueItem,
  type EnqueueManyOptions,
  type EnqueueOptions,
  type EnqueueOverrides,
} from './enqueue-options.ts';
import {
  groupCheck,
  type JobDefinitionOptions,
  type ResolvedSettings,
  resolveJobOptions,
} from './job-definition-options.ts';

/**
 * How much JSON of a call's payloads is kept between the check and the insert, in characters. The rest is made a second
 * time when its turn comes, which costs a client about a third more work and keeps its memory flat.
 */
const KEPT_CHARS = 16_000_000;

/** A job of `enqueueMany`, with its JSON or without, and what that is made of. */
interface Draft {
  readonly job: Omit<NewJob, 'payloadText'> & { readonly payloadText: string | null };
  readonly payload: unknown;
}

function isWritten(job: Draft['job']): job is NewJob {
  return job.payloadText !== null;
}

/** The arguments of {@link JobDefinition.enqueue}: a job without a payload may leave it out. */
export type EnqueueArguments<TParams> = [IsGiven<TParams>] extends [never]
  ? [payload?: null | undefined, options?: EnqueueOptions | undefined]
  : [payload: JsonSafe<TParams>, options?: EnqueueOptions | undefined];

/**
 * One kind of job: its name, how it is run, and the function that does the work.
 *
 * `TParams` is what the work function takes; it is inferred from it, and must survive JSON. The default is `null`.
 *
 * @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range.
 *
 * @example
 * const sendMail = new JobDefinition({
 *   context,
 *   name: 'SEND_MAIL',
 *   numAttempts: 3,
 *   workFunction: async (payload: { to: string }, metadata) => { … },
 * })
 * await sendMail.register()
 * await sendMail.enqueue({ to: 'ada@example.org' })
 */
export class JobDefinition<TParams = null> {
  /** The name given. */
  readonly name: string;
  readonly #services: Services;
  readonly #settings: ResolvedSettings;
  readonly #generateGroup: ((payload: TParams) => string) | undefined;
  readonly #registered: RegisteredJob;

  constructor(options: JobDefinitionOptions<TParams>) {
    const { context, name, workFunction, jobGroupGenerator, repeatSecs, backoff, ...settings } =
      resolveJobOptions(options);
    this.name = name;
    this.#services = servicesOf('JobDefinition', context satisfies Context);
    this.#settings = settings;
    this.#generateGroup = jobGroupGenerator;
    this.#registered = {
      name,
      repeatSecs,
      maxRunSecs: settings.maxRunSecs,
      backoff,
      execute: (payload, metadata: JobMetadata) => workFunction(payload as TParams, metadata),
      nextTick: () => this.#newJob(null as TParams, {}, null),
    };
  }

  /**
   * Makes this process's workers take jobs of this name, and its orchestrators schedule them if they repeat. Before or
   * after those are made, and as often as you like.
   *
   * @throws DuplicateJobDefinitionError when another definition of the same name is registered in the context.
   * @throws SchemaVersionError when the database has not been migrated.
   * @throws DatabaseError when the database cannot be asked.
   */
  async register(): Promise<void> {
    const { registry, driver, tables, checkSchema } = this.#services;
    await checkSchema();
    const { name, repeatSecs } = this.#registered;
    // The name is taken first: a second definition must not change the first one's schedule before it is refused.
    registry.register(this.#registered);
    if (repeatSecs === undefined) return;
    await upsertSchedule(driver, tables, { name, repeatSecs });
    registry.announce(); // an orchestrator that was woken by the name may have looked before its schedule was there
  }

  /**
   * Enqueues a job. It need not be registered in this process.
   *
   * @returns the job's id, once it is durable; with `tx`, once it is in the transaction.
   * @throws PayloadError for a payload that would not survive JSON, has more than 64 MiB of it, or is nested more than
   *   1,000 levels deep.
   * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
   * @throws SchemaVersionError when the database has not been migrated.
   * @throws DatabaseError when the database refuses. If the connection was lost, or the statement cut short by a timeout,
   *   the job may have been enqueued: `isRetryable` is true then.
   */
  async enqueue(...[payload, options]: EnqueueArguments<TParams>): Promise<string> {
    const { tx, ...overrides } = options === undefined ? {} : checkEnqueueOptions(options);
    const { maxRunSecs } = overrides;
    const headers = encodeHeaders('enqueue.headers', overrides.headers);
    const extras = encodeExtras(headers, { maxRunSecs, backoff: this.#backoffFor(overrides) });
    const job = this.#newJob((payload === undefined ? null : payload) as TParams, overrides, extras);
    const { enqueuer } = this.#services;
    await this.#insert([job], tx, {
      alone: () => enqueuer.insert(job),
      within: (session) => enqueuer.insertIn(session, [job]),
    });
    return job.id;
  }

  /**
   * Enqueues many jobs, all or none, in their order. A hundred thousand in one call are fine: they go in statements of a
   * thousand, within one transaction, and however large the payloads, little of their JSON is in memory at a time. All
   * items are checked before the first is sent; leave them as they are until the call is over. At most a million.
   *
   * @returns the jobs' ids, in order.
   * @throws PayloadError, InvalidOptionError for the first item that is wrong, with its index, and for what is no list
   *   or has more than a million items; nothing was enqueued.
   * @throws SchemaVersionError, DatabaseError as {@link enqueue} does.
   */
  async enqueueMany(items: readonly EnqueueItem<TParams>[], options: EnqueueManyOptions = {}): Promise<string[]> {
    const { tx, headers } = checkEnqueueManyOptions(options);
    const drafts = this.#draftsOf(items, encodeHeaders('enqueueMany.headers', headers));
    const jobs = function* (name: string): Generator<NewJob, void> {
      for (const [index, { job, payload }] of drafts.entries()) {
        yield isWritten(job) ? job : { ...job, payloadText: encodePayload(name, payload, index) };
      }
    };
    const { enqueuer } = this.#services;
    const made = drafts.map(({ job }) => job);
    await this.#insert(made, tx, {
      alone: () => enqueuer.insertMany(jobs(this.name)),
      within: (session) => enqueuer.insertIn(session, jobs(this.name)),
    });
    return made.map(({ id }) => id);
  }

  #draftsOf(items: readonly unknown[], ofAll: string | null): readonly Draft[] {
    checkItemCount(items);
    const extrasOfAll = encodeExtras(ofAll);
    let chars = 0;
    const drafts: Draft[] = [];
    for (let index = 0; index < items.length; index += 1) {
      const item = checkEnqueueItem(items, index);
      const { payload = null } = item;
      const { headers, maxRunSecs } = item;
      const backoff = this.#backoffFor(item);
      const own = headers === undefined ? ofAll : encodeHeaders(`enqueueMany[${index}].headers`, headers);
      const isCommon = own === ofAll && maxRunSecs === undefined && backoff === undefined;
      const extras = isCommon ? extrasOfAll : encodeExtras(own, { maxRunSecs, backoff });
      const job = this.#newJob(payload as TParams, item, extras, index);
      chars += job.payloadText.length;
      drafts.push({ job: chars <= KEPT_CHARS ? job : { ...job, payloadText: null }, payload });
    }
    return drafts;
  }

  /** In the caller's transaction if there is one, else by ourselves, telling of it once it is committed. */
  async #insert(
    jobs: readonly { readonly id: string }[],
    tx: SqlSession | undefined,
    way: { alone(): Promise<void>; within(tx: SqlSession): Promise<void> },
  ): Promise<void> {
    if (jobs.length === 0) return;
    const { events, whyMissing, tables } = this.#services;
    try {
      await (tx === undefined ? way.alone() : way.within(tx));
    } catch (error) {
      if (tx !== undefined) throw missingSchema(error, tables) ?? error;
      throw isMissing(error) ? await whyMissing(error) : error;
    }
    if (tx !== undefined || !events.hasHandlers) return;
    for (const { id } of jobs) {
      events.emit({ eventType: 'JOB_DEFINITION_JOB_ENQUEUE', jobId: id, jobName: this.name });
    }
  }

  #newJob(payload: TParams, overrides: EnqueueOverrides, extras: string | null, item?: number): NewJob {
    const settings = this.#settings;
    return {
      id: monotonicUuid(),
      name: this.name,
      channel: overrides.channel ?? settings.channel,
      jobGroup: overrides.jobGroup ?? this.#groupOf(payload),
      delaySecs: overrides.runAt === undefined ? (overrides.delaySecs ?? settings.delaySecs) : 0,
      runAtMs: overrides.runAt?.getTime() ?? null,
      numAttempts: overrides.numAttempts ?? settings.numAttempts,
      timeoutSecs: overrides.timeoutSecs ?? settings.timeoutSecs,
      priority: overrides.priority ?? settings.priority,
      payloadText: encodePayload(this.name, payload, item),
      extras,
    };
  }

  /** A pause that is given for this job goes before the definition's backoff, which whoever runs it would go by. */
  #backoffFor({ backoff, timeoutSecs }: EnqueueOverrides): BackoffRule | null | undefined {
    return backoff ?? (timeoutSecs !== undefined && this.#registered.backoff !== undefined ? null : undefined);
  }

  #groupOf(payload: TParams): string | null {
    if (this.#generateGroup === undefined) return null;
    const group: unknown = this.#generateGroup(payload);
    const problem = groupCheck(group);
    if (problem === undefined) return group as string;
    // Plain JavaScript may give an async one: what its promise rejects with must not end the process.
    void Promise.resolve(group).catch(() => {});
    throw new InvalidOptionError(
      `JobDefinition.jobGroupGenerator of ${JSON.stringify(this.name)}`,
      `gave a group that ${problem}`,
    );
  }
}
