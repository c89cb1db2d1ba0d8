import { extrasFrom, type JobHeaders } from './extras.ts';

/** Where a job is: `over` for one that is finalized. */
export type JobState = 'scheduled' | 'ready' | 'blocked' | 'pending' | 'running' | 'over';

/** How a job that is over ended. */
export type JobOutcome = 'succeeded' | 'failed' | 'cancelled';

/** An attempt that failed. */
export interface AttemptFailure {
  readonly attempt: number;
  /** When, by the database's clock. */
  readonly at: Date | null;
  /** The `id` of the Worker that ran it; `null` where its process died. */
  readonly workerId: string | null;
  /** How long the work function ran, in milliseconds; `null` where its process died. */
  readonly durationMs: number | null;
  readonly error: string;
}

/** A job as the database has it. Times are by its clock. */
export interface JobRecord {
  readonly id: string;
  /** The name of its definition. */
  readonly jobName: string;
  readonly channel: string;
  /** `null` where it was given none. */
  readonly jobGroup: string | null;
  /**
   * `scheduled`: its time, or its pause after a failed attempt, is not over; `ready`: it may be claimed; `blocked`: it
   * waits in its group; `running`: a process has claimed it; `over`.
   */
  readonly state: JobState;
  /** `null` as long as it is not over. */
  readonly outcome: JobOutcome | null;
  readonly priority: number;
  /** How many attempts it has spent. */
  readonly attempt: number;
  readonly numAttempts: number;
  readonly enqueuedAt: Date;
  /** Of a scheduled job: from when on it may run. */
  readonly runAt: Date | null;
  /** When it was last claimed. */
  readonly claimedAt: Date | null;
  readonly finalizedAt: Date | null;
  /** The lease of the process that holds it, or that ended it; see `context.processes()`. */
  readonly processId: string | null;
  /** Its failed attempts: the first one and the last nine. */
  readonly failures: readonly AttemptFailure[];
  /** The error of its last failed attempt; of a cancelled job the reason. */
  readonly error: string | null;
  /** What `enqueue` was given. In a page of jobs it is left out (`undefined`) where it has more than 64 KiB of JSON. */
  readonly payload: unknown;
  readonly headers: JobHeaders;
  /** When somebody had it cancelled while it runs. */
  readonly cancelRequestedAt: Date | null;
}

/** What a statement says of a job, as JSON. Times are milliseconds since 1970. */
interface Told extends Record<string, unknown> {
  readonly failures: unknown;
  readonly extras: unknown;
}

/** A job from the JSON that the database makes of its row. What somebody wrote there by hand does no harm. */
export function jobRecordIn(text: string): JobRecord {
  const told = JSON.parse(text) as Told;
  const { failures, extras, outcome } = told;
  return {
    id: String(told['id']),
    jobName: String(told['name']),
    channel: String(told['channel']),
    jobGroup: textIn(told['jobGroup']),
    state: told['state'] as JobState,
    outcome: (outcome ?? null) as JobOutcome | null,
    priority: Number(told['priority']),
    attempt: Number(told['attempt']),
    numAttempts: Number(told['numAttempts']),
    enqueuedAt: dateIn(told['enqueuedAt']) ?? new Date(0),
    runAt: dateIn(told['runAt']),
    claimedAt: dateIn(told['claimedAt']),
    finalizedAt: dateIn(told['finalizedAt']),
    processId: textIn(told['processId']),
    failures: Array.isArray(failures) ? failures.map(failureIn) : [],
    error: textIn(told['error']),
    payload: told['isLeftOut'] === true ? undefined : told['payload'],
    headers: extrasFrom(extras).headers,
    cancelRequestedAt: dateIn(told['cancelAt']),
  };
}

function failureIn(said: unknown): AttemptFailure {
  const { attempt, atMs, workerId, durationMs, error } = (said ?? {}) as Readonly<Record<string, unknown>>;
  return {
    attempt: Number(attempt),
    at: dateIn(atMs),
    workerId: textIn(workerId),
    durationMs: typeof durationMs === 'number' ? durationMs : null,
    error: textIn(error) ?? '',
  };
}

function textIn(said: unknown): string | null {
  return typeof said === 'string' ? said : null;
}

/** A moment in milliseconds since 1970; infinity is none. */
export function dateIn(said: unknown): Date | null {
  const date = new Date(typeof said === 'number' ? said : Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}
