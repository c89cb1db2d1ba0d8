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

/** A payload that would not survive JSON and the database. Thrown by `enqueue` and `enqueueMany`; nothing was enqueued. */
export class PayloadError extends BearError {
  override readonly name = 'PayloadError';
  readonly jobName: string;
  /** What is wrong with it. */
  readonly problem: string;
  /** Its place in the list given to `enqueueMany`, from 0; `undefined` for a single `enqueue`. */
  readonly item: number | undefined;

  constructor(jobName: string, problem: string, { item, ...options }: ErrorOptions & { readonly item?: number } = {}) {
    const which = item === undefined ? 'the payload' : `the payload of item ${item}`;
    super('BEAR_PAYLOAD', `${which} for ${JSON.stringify(jobName)} ${problem}`, options);
    this.jobName = jobName;
    this.problem = problem;
    this.item = item;
  }
}

/** Why no version was found, and what to do. */
const NO_VERSION = {
  missing: {
    what: 'has no BearMQ tables',
    remedy: 'run every statement of generateMigrationSql(schema), or migrate({ driver, schema }), and try again',
  },
  empty: {
    what: 'has a record of its migrations (the table "migration") in which this role sees no row',
    remedy:
      'run the migrations, if that was not done; else its rows were deleted, or row security hides them: ' +
      'diagnose({ driver, schema }) tells which, and what to do',
  },
  foreign: {
    what: 'has a table "migration" that is not made by BearMQ',
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
        ? `which works with releases of BearMQ that require version ${oldestClient} or later, but this one is made for ` +
          `version ${required}: upgrade BearMQ in this program`
        : `but version ${required} is required: ${remedy}`;
    super('BEAR_SCHEMA_VERSION', `the schema ${JSON.stringify(schema)} ${what}, ${problem}`, { cause });
    this.found = found;
    this.required = required;
  }
}

/**
 * The reason on `metadata.signal` when the process lost its claim of a running job: its lease ran out, and another
 * worker may be running the job. Whatever the work function still does, its outcome is not recorded.
 */
export class LeaseLostError extends BearError {
  override readonly name = 'LeaseLostError';
  readonly jobId: string;

  constructor(jobId: string) {
    super('BEAR_LEASE_LOST', `the claim of job ${jobId} was lost: its lease ran out, and it may run elsewhere`);
    this.jobId = jobId;
  }
}

/**
 * The reason on `metadata.signal` when a run has taken `maxRunSecs`; and the error of the attempt, where the work function
 * has not ended `abortGraceSecs` later.
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
 * The reason on `metadata.stopping` once `stop()` was called, and on `metadata.signal` once `stop({ waitSecs })` waits no
 * longer. A run that then ends by throwing, this or anything else, within `abortGraceSecs` has not failed: it is released,
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

/** A job has called `stop()` of the Worker that runs it, which waits for its jobs to end. The Worker stops all the same. */
export class StopWithinJobError extends BearError {
  override readonly name = 'StopWithinJobError';
  /** The `id` of the Worker. */
  readonly workerId: string;

  constructor(workerId: string) {
    super(
      'BEAR_STOP_WITHIN_JOB',
      `a job stops the Worker that runs it (${workerId}), and would wait for itself: the Worker stops once the job is ` +
        'over; within a job write `void worker.stop()`, or wait for it elsewhere',
    );
    this.workerId = workerId;
  }
}
