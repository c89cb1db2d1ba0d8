import { InvalidOptionError } from '../../errors.ts';
import { resolveSettings } from '../../job-settings.ts';
import { describe } from '../../messages.ts';
import type { FailedJob } from '../../model/failed-job.ts';
import type { OfPayload } from '../../model/payload/of-payload.ts';
import type { SubmitOutcome } from '../../model/unique.ts';
import { setRegisteredJob } from '../../services/definitions.ts';
import type { JobMetadata } from '../../services/job-metadata.ts';
import { setLimitsOfDefinition } from '../../services/limit-writer.ts';
import type { RegisteredJob } from '../../services/registry.ts';
import { checkDeclared, enterDeclared, enterRepeat } from '../../services/schedule-entries.ts';
import { type Services, servicesOf } from '../../services/services.ts';
import { type OutcomeOptions, outcomeOf, resultIn, waitFor } from '../jobs/outcome.ts';
import { type CheckWaitingOptions, checkWaitingOptions } from './check-waiting-options.ts';
import type { EnqueueAndWaitArguments, EnqueueArguments } from './enqueue-arguments.ts';
import {
  checkEnqueueAndWaitOptions,
  checkEnqueueManyOptions,
  checkEnqueueOptions,
  type EnqueueItem,
  type EnqueueManyOptions,
} from './enqueue-options.ts';
import {
  checkDefinition,
  type DefinitionOptions,
  type DefinitionWithSchemaOptions,
  type KeepingOptions,
  type KeepingSchemaOptions,
  PAYLOAD_VERSION,
} from './job-definition-options.ts';
import { JobMaker, NO_OVERRIDES } from './job-maker.ts';
import { PayloadContract } from './payload-contract.ts';
import { checkWaiting, preparing, type WaitingProblem } from './preparing.ts';
import { Producer } from './producer.ts';
import { declaredIn } from './schedule-entry.ts';
import { storedDefaults } from './stored-defaults.ts';

interface FailureOption<TParams> {
  /**
   * The definition of a job that is enqueued when one of these has failed for good, with a {@link FailedJob} as its
   * payload and the headers of the failed job. It is inserted in the transaction that records the failure, so there is
   * exactly one for each failed job, whatever crashes. It must be of the same context, and be registered where such
   * jobs should run. Its own `onFailure` is not asked.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} for anything but a definition of the same context.
   */
  readonly onFailure?: JobDefinition<FailedJob<NoInfer<TParams>>, FailedJob<NoInfer<TParams>>, unknown>;
}

/** The options of a {@link JobDefinition}. */
export type JobDefinitionOptions<TParams> = DefinitionOptions<TParams> & FailureOption<TParams>;

/** The options of a {@link JobDefinition} whose payloads have a schema, which its types are inferred from. */
export type SchemaDefinitionOptions<TInput, TOutput> = DefinitionWithSchemaOptions<TInput, TOutput> &
  FailureOption<TInput>;

/** The options of a {@link JobDefinition} that keeps what its work function returns: `result: 'keep'`. */
export type KeepingDefinitionOptions<TParams, TResult> = KeepingOptions<TParams, TResult> & FailureOption<TParams>;

/** Likewise, where its payloads have a schema. */
export type KeepingSchemaDefinitionOptions<TInput, TOutput, TResult> = KeepingSchemaOptions<TInput, TOutput, TResult> &
  FailureOption<TInput>;

/**
 * One kind of job: its name, how it is run, and the function that does the work.
 *
 * `TInput` is what `enqueue` takes, `TOutput` what the work function is given; they differ only by what a
 * `payloadSchema` makes of the payload. They are inferred from the schema, else from the work function. The input must
 * survive JSON. The default is `null`.
 *
 * Without a `workFunction` it can enqueue but not be registered: for a process that should not load what its workers
 * need.
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
export class JobDefinition<TInput = null, TOutput = TInput, TResult = undefined> {
  /** The name given. */
  readonly name: string;
  /** What its payload is: for the compiler alone, there is no such property. */
  declare readonly '~payload': OfPayload<TInput>;
  readonly #services: Services;
  readonly #maker: JobMaker;
  readonly #producer: Producer;
  readonly #contract: PayloadContract | undefined;
  readonly #registered: RegisteredJob;
  readonly #canRun: boolean;

  constructor(options: KeepingSchemaDefinitionOptions<TInput, TOutput, TResult>);
  constructor(options: KeepingDefinitionOptions<TInput, TResult>);
  constructor(options: SchemaDefinitionOptions<TInput, TOutput>);
  constructor(options: JobDefinitionOptions<TInput>);
  constructor(options: object) {
    const {
      context,
      name,
      workFunction,
      jobGroupGenerator,
      repeatSecs,
      schedules,
      onFailure,
      unique,
      limits,
      result,
      ...rest
    } = checkDefinition(options);
    const { payloadSchema, payloadVersion = PAYLOAD_VERSION, upcast, ...said } = rest;
    this.name = name;
    this.#services = servicesOf('JobDefinition', context);
    const { settings, backoff } = resolveSettings(said, this.#services.settings.jobDefaults);
    const hasContract = payloadSchema !== undefined || payloadVersion !== PAYLOAD_VERSION || upcast !== undefined;
    this.#contract = hasContract ? new PayloadContract(name, { payloadSchema, payloadVersion, upcast }) : undefined;
    this.#maker = new JobMaker({
      name,
      settings,
      hasBackoff: backoff !== undefined,
      generateGroup: jobGroupGenerator,
      version: payloadVersion === PAYLOAD_VERSION ? undefined : payloadVersion,
    });
    this.#producer = new Producer(this.#services, { name, maker: this.#maker, contract: this.#contract, unique });
    this.#canRun = workFunction !== undefined;
    this.#registered = {
      name,
      repeatSecs,
      limits,
      maxRunSecs: settings.maxRunSecs,
      backoff,
      keepsResult: result === 'keep',
      payloadVersion,
      schedules: declaredIn({ name, payloadVersion }, schedules, repeatSecs),
      hasGroups: jobGroupGenerator !== undefined,
      onFailure: onFailure === undefined ? undefined : this.#makerOf(onFailure).failureJobs,
      stored: () =>
        storedDefaults({
          settings,
          unique,
          hasGroups: jobGroupGenerator !== undefined,
          hasBackoff: backoff !== undefined,
        }),
      prepare: preparing(this.#services.settings.payloadCodec, this.#contract),
      check: this.#contract === undefined ? undefined : (payload) => this.#contract?.check(payload),
      draft: (services, owner, payload, overrides) => {
        if (services === this.#services) return this.#producer.draft(owner, payload, overrides);
        throw new InvalidOptionError(owner, ofAnotherContext(name));
      },
      execute: (payload, metadata: JobMetadata) => workFunction?.(payload as never, metadata),
      nextTick: () => this.#maker.make(null, NO_OVERRIDES, this.#maker.extrasOf(null)),
      tickJob: (request) => this.#maker.makeTick(request),
    };
    setRegisteredJob(this, this.#registered);
  }

  /** @throws InvalidOptionError for what is no definition of the same context. */
  #makerOf(definition: unknown): JobMaker {
    const isOne = typeof definition === 'object' && definition !== null && #maker in definition;
    if (!isOne) {
      throw new InvalidOptionError('JobDefinition.onFailure', `must be a JobDefinition, got ${describe(definition)}`);
    }
    const { name } = definition;
    if (definition.#services === this.#services) return definition.#maker;
    throw new InvalidOptionError('JobDefinition.onFailure', ofAnotherContext(name));
  }

  /**
   * Makes this process's workers take jobs of this name, and its orchestrators enqueue them if they repeat or have
   * schedules. Call it before or after those are made, and as often as you like.
   *
   * @throws DuplicateJobDefinitionError when another definition of the same name is registered in the context.
   * @throws InvalidOptionError when it has no `workFunction`, and when a key of its schedules was taken by
   *   `context.schedules.set`.
   * @throws PayloadError when the payload of one of its schedules does not fit the `payloadSchema`.
   * @throws SchemaVersionError when the database has not been migrated.
   * @throws DatabaseError when the database cannot be asked.
   */
  async register(): Promise<void> {
    const { registry, driver, tables, checkSchema } = this.#services;
    if (!this.#canRun) throw new InvalidOptionError('JobDefinition.workFunction', nothingToRun(this.name));
    await checkSchema();
    const { name, repeatSecs, schedules, limits } = this.#registered;
    await checkDeclared(this.#registered);
    // The name is taken first: a second definition must not change the first one's schedule before it is refused. And no
    // job starts in this process before the limits are there.
    if (limits !== undefined) {
      registry.take(this.#registered);
      await setLimitsOfDefinition(this.#services, name, limits);
    }
    registry.register(this.#registered);
    if (schedules.length === 0 && repeatSecs === undefined) return;
    if (schedules.length > 0) await enterDeclared({ session: driver, tables }, this.#registered);
    if (repeatSecs !== undefined) await enterRepeat({ session: driver, tables }, this.#registered, repeatSecs);
    registry.announce(); // an orchestrator that was woken by the name may have looked before its schedule was there
  }

  /**
   * Enqueues a job. It need not be registered in this process.
   *
   * @returns the id of the job that does the work, once it is durable; with `tx`, once it is in the transaction. If the
   *   definition is `unique`, that may be an earlier job; {@link submit} says so.
   * @throws PayloadError for a payload that would not survive JSON, has more than 64 MiB of it, is nested more than
   *   1,000 levels deep, or does not fit the `payloadSchema`.
   * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
   * @throws DuplicateJobError where the unique key is held, and the definition says to throw.
   * @throws SchemaVersionError when the database has not been migrated.
   * @throws DatabaseError when the database refuses. If the connection was lost, or the statement cut short by a
   *   timeout, the job may have been enqueued: `isRetryable` is true then.
   */
  async enqueue(...[payload = null, options]: EnqueueArguments<TInput>): Promise<string> {
    const checked = options === undefined ? undefined : checkEnqueueOptions(options);
    return (await this.#producer.submit(payload, checked)).jobId;
  }

  /**
   * Enqueues a job, as {@link enqueue} does, and waits for its end.
   *
   * It knows of the end about as soon as an idle Worker would know of a new job; where notifications do not arrive, within
   * a second. A process without Workers holds one connection to listen meanwhile.
   *
   * Within a job, that job keeps its slot while it waits. If all slots wait for jobs that need a slot, they wait for
   * ever.
   *
   * @returns what its work function returned, if the definition keeps results; else `undefined`.
   * @throws JobFailedError when it has failed for good, JobCancelledError when it was cancelled.
   * @throws WaitTimeoutError when it is not over after `waitSecs`: it goes on, and {@link result} can be asked for
   *   later.
   * @throws JobNotFoundError when it was deleted meanwhile.
   * @throws PayloadError, InvalidOptionError, DuplicateJobError, SchemaVersionError, DatabaseError as {@link enqueue}
   *   does.
   */
  async enqueueAndWait(...[payload = null, options]: EnqueueAndWaitArguments<TInput>): Promise<TResult> {
    const { waitSecs, signal, ...overrides } = checkEnqueueAndWaitOptions(options ?? {});
    signal?.throwIfAborted(); // or the job would be there, and nobody know its id
    const { jobId } = await this.#producer.submit(payload, { ...overrides, awaited: true });
    return resultIn(jobId, await waitFor(this.#services, jobId, { waitSecs, signal })) as TResult;
  }

  /**
   * The result of a job of this definition that has succeeded. Waits for one that is not over, for `waitSecs` at most.
   *
   * @throws JobFailedError, JobCancelledError, WaitTimeoutError, JobNotFoundError as {@link enqueueAndWait} does.
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError as {@link enqueue} does.
   */
  async result(id: string, options: OutcomeOptions = {}): Promise<TResult> {
    return resultIn(id, await outcomeOf(this.#services, 'JobDefinition.result', id, options)) as TResult;
  }

  /**
   * Enqueues a job, as {@link enqueue} does, and says what became of it: if its unique key is held, another job stands
   * for it. A call waits for an open transaction that has enqueued the same key.
   */
  async submit(...[payload = null, options]: EnqueueArguments<TInput>): Promise<SubmitOutcome> {
    const checked = options === undefined ? undefined : checkEnqueueOptions(options);
    return await this.#producer.submit(payload, checked);
  }

  /**
   * Enqueues many jobs, all or none, in their order. At most a million; a hundred thousand in one call are fine. They
   * go in statements of a thousand, within one transaction, with little of their JSON in memory at a time. All items
   * are checked before the first is sent; do not change them until the call is over.
   *
   * @returns the ids of the jobs that do the work, in order.
   * @throws PayloadError, InvalidOptionError for the first item that is wrong, with its index, and for what is no list
   *   or has more than a million items; nothing was enqueued.
   * @throws DuplicateJobError, SchemaVersionError, DatabaseError as {@link enqueue} does.
   */
  async enqueueMany(items: readonly EnqueueItem<TInput>[], options: EnqueueManyOptions = {}): Promise<string[]> {
    return (await this.#producer.submitMany(items, checkEnqueueManyOptions(options))).ids;
  }

  /**
   * Enqueues many jobs, as {@link enqueueMany} does, and says what became of each. If a unique key is twice in the
   * list, the first item is enqueued and the second meets it.
   */
  async submitMany(
    items: readonly EnqueueItem<TInput>[],
    options: EnqueueManyOptions = {},
  ): Promise<readonly SubmitOutcome[]> {
    const { ids, outcomes } = await this.#producer.submitMany(items, checkEnqueueManyOptions(options));
    return outcomes ?? ids.map((jobId) => ({ jobId, outcome: 'enqueued' }));
  }

  /**
   * Checks the payloads of waiting jobs, oldest first, as a run would: before a deployment, or in a test with a copy of
   * production's jobs. It changes nothing.
   *
   * @returns those that this release could not run, up to one for each job.
   * @throws InvalidOptionError for a `limit` (10,000: how many jobs are looked at) that is no whole number from 1 to
   *   1,000,000.
   */
  async checkWaiting(options: CheckWaitingOptions = {}): Promise<readonly WaitingProblem[]> {
    const { limit } = checkWaitingOptions(options);
    const contract = this.#contract ?? new PayloadContract(this.name, {});
    return await checkWaiting(this.#services, contract, this.name, limit);
  }
}

function ofAnotherContext(name: string): string {
  return `must be of the same context, and ${JSON.stringify(name)} is of another one`;
}

function nothingToRun(name: string): string {
  return `of ${JSON.stringify(name)} is missing: this definition can only enqueue; register one that has it, in the process that is to run its jobs`;
}
