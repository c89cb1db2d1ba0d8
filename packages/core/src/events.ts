interface JobEvent<TType extends string> {
  readonly eventType: TType;
  /** The job's id. */
  readonly jobId: string;
  /** The name of its definition. */
  readonly jobName: string;
}

interface WorkerEvent<TType extends string> extends JobEvent<TType> {
  /** The `id` of the {@link Worker} object. */
  readonly workerId: string;
}

/** A job has been explicitly enqueued and persisted to the database. */
export interface JobEnqueueEvent extends JobEvent<'JOB_DEFINITION_JOB_ENQUEUE'> {}

/** A worker has dequeued a job for processing. */
export interface JobDequeueEvent extends WorkerEvent<'WORKER_JOB_DEQUEUE'> {}

/** A dequeued job has run out of attempts, or was given up, and has been finalized as failed. */
export interface JobExpireEvent extends WorkerEvent<'WORKER_JOB_EXPIRE'> {}

/** A job has started to run on a worker. */
export interface JobRunEvent extends WorkerEvent<'WORKER_JOB_RUN'> {
  /** Which attempt this is; 1 for the first. */
  readonly attempt: number;
}

/** A job threw an error during processing. */
export interface JobRunErrorEvent extends WorkerEvent<'WORKER_JOB_RUN_ERROR'> {
  readonly attempt: number;
  /** Whatever the work function threw or rejected with. */
  readonly error: unknown;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
}

/** A job was successfully processed and was subsequently finalized. */
export interface JobRunSuccessEvent extends WorkerEvent<'WORKER_JOB_RUN_SUCCESS'> {
  readonly attempt: number;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
}

/** A job put itself off by a {@link JobSnooze}: it runs again later, and the attempt is not spent. */
export interface JobSnoozeEvent extends WorkerEvent<'WORKER_JOB_SNOOZE'> {
  /** Which attempt it was, and will be again. */
  readonly attempt: number;
  /** After how many seconds it may run again. */
  readonly secs: number;
  /** What the `JobSnooze` says, in up to 500 characters. */
  readonly reason: string;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
}

/**
 * A job that was claimed but not started was released, its attempt not spent; or one that ran, was told to end by
 * `stop({ waitSecs })` and did so by throwing: its attempt was given back.
 */
export interface JobReleaseEvent extends WorkerEvent<'WORKER_JOB_RELEASE'> {}

/**
 * The claim of a job was lost before its outcome could be recorded; the job is, or will be, run elsewhere.
 *
 * It is also told of a failed attempt that was recorded, where the connection was lost before the answer came and
 * another worker had taken the job when it was asked for again: the two cannot be told apart then.
 */
export interface JobLoseEvent extends WorkerEvent<'WORKER_JOB_LOSE'> {}

/**
 * A work function has not ended though its `maxRunSecs` and `abortGraceSecs` are over: the attempt has failed with a
 * {@link JobTimeoutError}. That is recorded at once, the function is waited for no longer, and its slot is idle; but where
 * the job has a group of its own choosing, only when the function ends or `jobGroupUnlockSecs` are over.
 */
export interface JobOverrunEvent extends WorkerEvent<'WORKER_JOB_OVERRUN'> {
  readonly attempt: number;
  /** How long the work function has run so far, in milliseconds. */
  readonly durationMs: number;
}

/**
 * A work function has ended too late: past its `maxRunSecs` and `abortGraceSecs`, or after a `stop({ waitSecs })` had left
 * it behind. What it returned or threw is not recorded.
 */
export interface JobLateEndEvent extends WorkerEvent<'WORKER_JOB_LATE_END'> {
  readonly attempt: number;
  readonly ended: 'returned' | 'threw';
  /** What it threw. */
  readonly error: unknown;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
}

/**
 * The database refused to record what became of a run, several times (a trigger or a check of your own, perhaps), and it
 * was given up. The job counts as running, its group stays busy, until the worker process ends and its lease runs out:
 * then it runs again, if it has an attempt left.
 */
export interface JobSettleErrorEvent extends WorkerEvent<'WORKER_JOB_SETTLE_ERROR'> {
  /** What the database said. */
  readonly error: unknown;
}

/** A job of a dead worker process was put back in the queue. */
export interface JobRescueEvent extends JobEvent<'ORCHESTRATOR_JOB_RESCUE' | 'WORKER_JOB_RESCUE'> {}

/** A group was opened because its job held it for longer than `jobGroupUnlockSecs`. */
export interface JobGroupUnlockEvent {
  readonly eventType: 'ORCHESTRATOR_JOB_GROUP_UNLOCK' | 'WORKER_JOB_GROUP_UNLOCK';
  readonly jobGroup: string;
}

/** A repeating job is due and was enqueued. */
export interface JobScheduleEvent extends JobEvent<'ORCHESTRATOR_JOB_SCHEDULE'> {}

/** A finalized job was permanently deleted. */
export interface JobDeleteEvent extends JobEvent<'ORCHESTRATOR_JOB_DELETE'> {}

/** An unused job group was permanently deleted. */
export interface JobGroupDeleteEvent {
  readonly eventType: 'ORCHESTRATOR_JOB_GROUP_DELETE';
  readonly jobGroup: string;
}

/** A background task failed. It backs off and goes on; nothing is lost. */
export interface DaemonErrorEvent {
  readonly eventType: 'DAEMON_ERROR';
  /** Which task: `claimer`, `settler`, `lease-keeper`, `rescuer`, `scheduler`, `job-pruner`, `group-pruner`, `self-check`, `notifier`, `worker`. */
  readonly daemon: string;
  readonly error: unknown;
  /** How many times in a row it has failed; 1 for the first. */
  readonly failures: number;
}

/** Something works less well than it could, or was fixed; said once for each cause. */
export interface WarningEvent {
  readonly eventType: 'WARNING';
  /** What is going on, and what to do about it. */
  readonly message: string;
  readonly error?: unknown;
}

/** An event handler threw or rejected. No job is disturbed by that. */
export interface HandlerErrorEvent {
  readonly eventType: 'EVENT_HANDLER_ERROR';
  readonly error: unknown;
  /** The `eventType` of the event that was being handled. */
  readonly handledEventType: string;
}

/** Everything that a `Context` tells its event handlers, told apart by `eventType`. */
export type BearEvent =
  | JobEnqueueEvent
  | JobDequeueEvent
  | JobExpireEvent
  | JobRunEvent
  | JobRunErrorEvent
  | JobRunSuccessEvent
  | JobSnoozeEvent
  | JobReleaseEvent
  | JobLoseEvent
  | JobOverrunEvent
  | JobLateEndEvent
  | JobSettleErrorEvent
  | JobRescueEvent
  | JobGroupUnlockEvent
  | JobScheduleEvent
  | JobDeleteEvent
  | JobGroupDeleteEvent
  | DaemonErrorEvent
  | WarningEvent
  | HandlerErrorEvent;

/** Called for every event, in order. What it throws or rejects with is reported and disturbs nobody. */
export type BearEventHandler = (event: BearEvent) => unknown;
