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
  /** The lease that the job was claimed under: the `id` of this process's row in the table `process`. */
  readonly processId: string;
  readonly channel: string;
  /** As `metadata.jobGroup`; a random UUID for a job without a group. */
  readonly jobGroup: string;
  /** Which attempt it is about; 1 for the first. */
  readonly attempt: number;
  /** How many attempts the job has in all. */
  readonly numAttempts: number;
}

/** A job has been explicitly enqueued and persisted to the database. */
export interface JobEnqueueEvent extends JobEvent<'JOB_DEFINITION_JOB_ENQUEUE'> {}

/** A job was not enqueued, since its unique key was held: the job with the `jobId` stands for it. */
export interface JobSkipEvent extends JobEvent<'JOB_DEFINITION_JOB_SKIP'> {
  /** The unique key. */
  readonly key: string;
}

/**
 * A job was not enqueued, since its unique key was held. The job with the `jobId`, which has not started, has its
 * payload from now on; its delay may have begun anew.
 */
export interface JobReplaceEvent extends JobEvent<'JOB_DEFINITION_JOB_REPLACE'> {
  /** The unique key. */
  readonly key: string;
}

/** A worker has dequeued a job for processing. */
export interface JobDequeueEvent extends WorkerEvent<'WORKER_JOB_DEQUEUE'> {}

/** A job has run out of attempts, or was given up, and is over as failed. */
export interface JobExpireEvent extends WorkerEvent<'WORKER_JOB_EXPIRE'> {
  /** What the last attempt threw or rejected with; a `ProcessDiedError` where its process died. */
  readonly error: unknown;
  /** The job that was enqueued for it, if its definition has `onFailure`; else `null`. */
  readonly failureJobId: string | null;
}

/** A job has started to run on a worker. */
export interface JobRunEvent extends WorkerEvent<'WORKER_JOB_RUN'> {
  /** How long it waited, from when it was ready until its claim, in milliseconds, by the database's clock. */
  readonly waitedMs: number;
}

/** A job threw an error during processing. */
export interface JobRunErrorEvent extends WorkerEvent<'WORKER_JOB_RUN_ERROR'> {
  /** Whatever the work function threw or rejected with. */
  readonly error: unknown;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
}

/** A job has succeeded, and its outcome is recorded. */
export interface JobRunSuccessEvent extends WorkerEvent<'WORKER_JOB_RUN_SUCCESS'> {
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
}

/** A job put itself off by a {@link JobSnooze}: it runs again later, and the attempt is not spent. */
export interface JobSnoozeEvent extends WorkerEvent<'WORKER_JOB_SNOOZE'> {
  /** After how many seconds it may run again: as many as it asked for, but at least 1. */
  readonly secs: number;
  /** What the `JobSnooze` says, in up to 500 characters. */
  readonly reason: string;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
}

/** A job that was cancelled while a worker held it is over: its work function threw, snoozed, or was not called. */
export interface JobCancelEvent extends WorkerEvent<'WORKER_JOB_CANCEL'> {
  /** The `reason` given to `cancel`; `null` if none was given, or this process did not know it yet. */
  readonly reason: string | null;
  /** How long the work function ran, in milliseconds; 0 where it was not called. */
  readonly durationMs: number;
}

/** This context cancelled a job: one that waited is over; one that runs (`isRunning`) has its process told. */
export interface ContextJobCancelEvent extends JobEvent<'CONTEXT_JOB_CANCEL'> {
  readonly isRunning: boolean;
}

/** This context put a failed or cancelled job back in the queue. */
export interface ContextJobRetryEvent extends JobEvent<'CONTEXT_JOB_RETRY'> {}

/** A job was deleted for good by this context. */
export interface ContextJobDeleteEvent extends JobEvent<'CONTEXT_JOB_DELETE'> {}

/**
 * A claimed job was released without spending an attempt: it was not started; or `stop({ waitSecs })` told it to end,
 * and it threw.
 */
export interface JobReleaseEvent extends WorkerEvent<'WORKER_JOB_RELEASE'> {}

/**
 * The claim of a job was lost before its outcome could be recorded; the job is, or will be, run elsewhere.
 *
 * A failed attempt that was recorded may be told of in this way too: if the connection was lost before the answer came,
 * and another worker had taken the job when it was sent again. The two cannot be told apart.
 */
export interface JobLoseEvent extends WorkerEvent<'WORKER_JOB_LOSE'> {}

/**
 * A run has taken its `maxRunSecs`: its `metadata.signal` was aborted, and it has `abortGraceSecs` to end.
 */
export interface JobTimeoutEvent extends WorkerEvent<'WORKER_JOB_TIMEOUT'> {
  readonly maxRunSecs: number;
  /** How long the work function has run so far, in milliseconds. */
  readonly durationMs: number;
}

/**
 * A work function still runs after its `maxRunSecs` and `abortGraceSecs`: the attempt has failed with a {@link
 * JobTimeoutError}. Or it still runs `abortGraceSecs` after its job was cancelled: the job is cancelled. That is
 * recorded at once, the function is no longer waited for, and its slot is idle. If the job has a group, all of that
 * happens only when the function ends or `jobGroupUnlockSecs` are over.
 */
export interface JobOverrunEvent extends WorkerEvent<'WORKER_JOB_OVERRUN'> {
  /** How long the work function has run so far, in milliseconds. */
  readonly durationMs: number;
}

/**
 * A work function has ended too late: past its `maxRunSecs` and `abortGraceSecs`, or after a `stop({ waitSecs })` had left
 * it behind. What it returned or threw is not recorded.
 */
export interface JobLateEndEvent extends WorkerEvent<'WORKER_JOB_LATE_END'> {
  readonly ended: 'returned' | 'threw';
  /** What it threw. */
  readonly error: unknown;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
}

/**
 * A work function has thrown after the transaction that completed its job (`metadata.completeIn`) was committed: the
 * job has succeeded all the same. `WORKER_JOB_RUN_SUCCESS` comes before this.
 */
export interface JobLateErrorEvent extends WorkerEvent<'WORKER_JOB_LATE_ERROR'> {
  /** What it threw. */
  readonly error: unknown;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
}

/**
 * The database refused several times to record the outcome of a run (perhaps for a trigger or a check of your own), and
 * it was given up. The job counts as running and its group stays busy until the worker process ends and its lease runs
 * out. Then it runs again, if it has an attempt left.
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

/** A tick of a schedule, or of `repeatSecs`, was due and was enqueued. */
export interface JobScheduleEvent extends JobEvent<'ORCHESTRATOR_JOB_SCHEDULE'> {
  /** The schedule's key; of `repeatSecs` it is `default`. */
  readonly scheduleKey: string;
  /** When the tick was due, by the database's clock. */
  readonly dueAt: Date;
}

/** A tick of a schedule was left out. Several left out at once are one event. */
export interface ScheduleSkipEvent {
  readonly eventType: 'ORCHESTRATOR_SCHEDULE_SKIP';
  /** The name of its definition. */
  readonly jobName: string;
  readonly scheduleKey: string;
  /** When the tick was due, the oldest of them. */
  readonly dueAt: Date;
  /** `overlap`: the job of the last tick is not over. `late`: later than `maxLateSecs`. */
  readonly reason: 'overlap' | 'late';
}

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
  /** Which task: `claimer`, `settler`, `cancels`, `lease-keeper`, `rescuer`, `scheduler`, `job-pruner`, `job-reporter`, `group-pruner`, `key-pruner`, `report-pruner`, `self-check`, `definition-keeper`, `stats-keeper`, `stats-roller`, `depth-sampler`, `notifier`, `worker`. */
  readonly daemon: string;
  readonly error: unknown;
  /** How many times in a row it has failed; 1 for the first. */
  readonly failures: number;
}

/** Something works less well than it could, or was fixed. Emitted once for each cause. */
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
  | JobSkipEvent
  | JobReplaceEvent
  | JobDequeueEvent
  | JobExpireEvent
  | JobRunEvent
  | JobRunErrorEvent
  | JobRunSuccessEvent
  | JobSnoozeEvent
  | JobCancelEvent
  | ContextJobCancelEvent
  | ContextJobRetryEvent
  | ContextJobDeleteEvent
  | JobReleaseEvent
  | JobLoseEvent
  | JobTimeoutEvent
  | JobOverrunEvent
  | JobLateEndEvent
  | JobLateErrorEvent
  | JobSettleErrorEvent
  | JobRescueEvent
  | JobGroupUnlockEvent
  | JobScheduleEvent
  | ScheduleSkipEvent
  | JobDeleteEvent
  | JobGroupDeleteEvent
  | DaemonErrorEvent
  | WarningEvent
  | HandlerErrorEvent;

/** Called for every event, in order. What it throws or rejects with is reported and disturbs nobody. */
export type BearEventHandler = (event: BearEvent) => unknown;

export type BearEventType = BearEvent['eventType'];

/** The event of a type: what a handler of that type is given. */
export type BearEventOf<TType extends BearEventType, TEvent extends BearEvent = BearEvent> = TEvent extends unknown
  ? TType extends TEvent['eventType']
    ? TEvent & { readonly eventType: TType }
    : never
  : never;
