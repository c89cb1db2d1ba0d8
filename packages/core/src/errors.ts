/**
 * The base of every error that BearMQ makes. `name` and `code` are string literals, so they can be told apart across
 * minifiers, realms and two copies of the package.
 */
export class BearError extends Error {
  override readonly name: string = 'BearError';
  /** Stable and machine-readable: `BEAR_…`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An option that is unknown, of the wrong type or out of range. Thrown at construction, or by `enqueue`. */
export class InvalidOptionError extends BearError {
  override readonly name = 'InvalidOptionError';
  /** The option, with the object that it belongs to: `Worker.concurrency`. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super('BEAR_INVALID_OPTION', `${option} ${message}`, options);
    this.option = option;
  }
}

/** Two different definitions with one name were registered in one context. */
export class DuplicateJobDefinitionError extends BearError {
  override readonly name = 'DuplicateJobDefinitionError';
  readonly jobName: string;

  constructor(jobName: string) {
    super(
      'BEAR_DUPLICATE_JOB_DEFINITION',
      `another job definition named ${JSON.stringify(jobName)} is registered in this context; give each its own name`,
    );
    this.jobName = jobName;
  }
}

/** One thing that a `payloadSchema` says of a payload. */
export interface PayloadIssue {
  /** Where: `lines[2].price`. Empty for the payload as a whole. */
  readonly path: string;
  readonly message: string;
}

/**
 * A payload that would not survive JSON and the database, or does not fit its definition's `payloadSchema`. Thrown by `enqueue`
 * and `enqueueMany`; nothing was enqueued. With a schema it may also be what a run ended with: then the job has failed for good.
 */
export class PayloadError extends BearError {
  override readonly name = 'PayloadError';
  readonly jobName: string;
  /** What is wrong with it. */
  readonly problem: string;
  /** Its place in the list given to `enqueueMany`, from 0; `undefined` for a single `enqueue`. */
  readonly item: number | undefined;
  /** All that the `payloadSchema` says of it; empty if something else refused the payload. */
  readonly issues: readonly PayloadIssue[];

  constructor(jobName: string, problem: string, { item, issues = [], ...options }: PayloadErrorOptions = {}) {
    const which = item === undefined ? 'the payload' : `the payload of item ${item}`;
    super('BEAR_PAYLOAD', `${which} for ${JSON.stringify(jobName)} ${problem}`, options);
    this.jobName = jobName;
    this.problem = problem;
    this.item = item;
    this.issues = issues;
  }
}

interface PayloadErrorOptions extends ErrorOptions {
  readonly item?: number;
  readonly issues?: readonly PayloadIssue[];
}

/**
 * The unique key of a job is held, and its definition says `onConflict: 'throw'`. Nothing was enqueued; a `tx` goes on as if
 * the call had not been made.
 */
export class DuplicateJobError extends BearError {
  override readonly name = 'DuplicateJobError';
  readonly jobName: string;
  /** The id of the job that holds the key, or for which `forSecs` still holds it. */
  readonly jobId: string;
  readonly key: string;

  constructor(jobName: string, jobId: string, key: string) {
    const [job, held] = [JSON.stringify(jobName), JSON.stringify(key.length > 80 ? `${key.slice(0, 79)}…` : key)];
    super('BEAR_DUPLICATE_JOB', `a job ${job} with the unique key ${held} is there already: ${jobId}`);
    this.jobName = jobName;
    this.jobId = jobId;
    this.key = key;
  }
}

/** Why no version was found, and what to do. */
const NO_VERSION = {
  missing: {
    what: 'has no BearMQ tables',
    remedy:
      'run npx bearmq migrate, or in a program migrate({ driver, schema }) or every statement of ' +
      'generateMigrationSql(schema), and try again',
  },
  empty: {
    what: 'has a table "migration" in which this role sees no row',
    remedy:
      'run the migrations if you have not; otherwise its rows were deleted, or row security hides them: ' +
      'npx bearmq doctor, or diagnose({ driver, schema }), says which, and what to do',
  },
  foreign: {
    what: 'has a table "migration" that BearMQ did not make',
    remedy: 'give BearMQ a schema of its own, and migrate that',
  },
} as const;

/** The database schema is missing, too old for this package, or too new: a later release took away what this one uses. */
export class SchemaVersionError extends BearError {
  override readonly name = 'SchemaVersionError';
  /** The version found; 0 when there is none. */
  readonly found: number;
  /** The oldest version that this package works with. */
  readonly required: number;

  /**
   * @param oldestClient - packages that require an older version than this no longer work with the schema.
   * @param ledger - what a version of 0 was found in: no table of that name, or one without rows, or another's.
   */
  constructor(
    schema: string,
    found: number,
    required: number,
    oldestClient = 1,
    cause?: unknown,
    ledger: 'missing' | 'empty' | 'foreign' = 'missing',
  ) {
    const { what, remedy } =
      found === 0 ? NO_VERSION[ledger] : { ...NO_VERSION.missing, what: `is at version ${found}` };
    const problem =
      found >= required
        ? `which needs a BearMQ made for version ${oldestClient} or later, and this one is made for version ${required}: ` +
          'upgrade the bearmq package in this program'
        : `but version ${required} is required: ${remedy}`;
    super('BEAR_SCHEMA_VERSION', `the schema ${JSON.stringify(schema)} ${what}, ${problem}`, { cause });
    this.found = found;
    this.required = required;
  }
}

/** There is no schedule of that definition and key. Thrown by the methods of `context.schedules` that need one. */
export class ScheduleNotFoundError extends BearError {
  override readonly name = 'ScheduleNotFoundError';
  readonly jobName: string;
  readonly key: string;

  constructor(jobName: string, key: string) {
    super(
      'BEAR_SCHEDULE_NOT_FOUND',
      `there is no schedule ${JSON.stringify(key)} of ${JSON.stringify(jobName)}; context.schedules.list() lists them all`,
    );
    this.jobName = jobName;
    this.key = key;
  }
}

/**
 * The reason on `metadata.signal` when the process lost its claim of a running job: its lease ran out, and another
 * worker may be running the job. Whatever the work function still does, its outcome is not recorded.
 * `metadata.completeIn` rejects with it too: the transaction cannot be committed. So does `enqueueOnSuccess` where the job
 * was taken away, or its run is over.
 */
export class LeaseLostError extends BearError {
  override readonly name = 'LeaseLostError';
  readonly jobId: string;

  /** @param why in place of that its lease ran out. */
  constructor(
    jobId: string,
    why: string = 'was lost: its lease ran out, and it may run elsewhere',
    options?: ErrorOptions,
  ) {
    super('BEAR_LEASE_LOST', `the claim of job ${jobId} ${why}`, options);
    this.jobId = jobId;
  }
}

/**
 * The reason on `metadata.signal` when a run has taken `maxRunSecs`. Also the error of the attempt, if the work
 * function has not ended `abortGraceSecs` later.
 */
export class JobTimeoutError extends BearError {
  override readonly name = 'JobTimeoutError';
  readonly jobId: string;
  readonly maxRunSecs: number;

  constructor(jobId: string, maxRunSecs: number) {
    super('BEAR_JOB_TIMEOUT', `job ${jobId} has run for longer than its maxRunSecs (${maxRunSecs})`);
    this.jobId = jobId;
    this.maxRunSecs = maxRunSecs;
  }
}

/**
 * The reason on `metadata.signal` when the job is cancelled. A run that then throws, this or anything else, is not
 * tried again: the job is over as cancelled. A run that returns has succeeded all the same. `enqueueAndWait` and `result`
 * reject with it for a job that was cancelled.
 */
export class JobCancelledError extends BearError {
  override readonly name = 'JobCancelledError';
  readonly jobId: string;
  /** What `cancel` was given as `reason`; `null` for none. */
  readonly reason: string | null;

  constructor(jobId: string, reason: string | null) {
    super('BEAR_JOB_CANCELLED', `job ${jobId} was cancelled${reason === null ? '' : `: ${reason}`}`);
    this.jobId = jobId;
    this.reason = reason;
  }
}

/**
 * The reason on `metadata.stopping` once `stop()` was called, and on `metadata.signal` once `stop({ waitSecs })` waits
 * no longer. A run that then throws, this or anything else, within `abortGraceSecs` has not failed: it is released, and
 * its attempt given back.
 */
export class WorkerStoppingError extends BearError {
  override readonly name = 'WorkerStoppingError';
  /** The `id` of the Worker. */
  readonly workerId: string;
  readonly jobId: string;

  constructor(workerId: string, jobId: string) {
    super('BEAR_WORKER_STOPPING', `the Worker ${workerId}, which runs job ${jobId}, is stopping`);
    this.workerId = workerId;
    this.jobId = jobId;
  }
}

/** The `error` of a `WORKER_JOB_EXPIRE` when the last attempt ended with its process, for an unknown reason. */
export class ProcessDiedError extends BearError {
  override readonly name = 'ProcessDiedError';
  readonly jobId: string;
  /** The attempt that it ended, the last one. */
  readonly attempt: number;

  constructor(jobId: string, attempt: number) {
    super('BEAR_PROCESS_DIED', `the worker process died during attempt ${attempt}, the last`);
    this.jobId = jobId;
    this.attempt = attempt;
  }
}

/** A job called `stop()` of the Worker that runs it, which waits for its jobs to end. The Worker stops all the same. */
export class StopWithinJobError extends BearError {
  override readonly name = 'StopWithinJobError';
  /** The `id` of the Worker. */
  readonly workerId: string;

  constructor(workerId: string) {
    super(
      'BEAR_STOP_WITHIN_JOB',
      `a job awaits stop() of the Worker that runs it (${workerId}), so it would wait for itself: the Worker stops once ` +
        'the job is over; within a job write `void worker.stop()`, or await it elsewhere',
    );
    this.workerId = workerId;
  }
}
