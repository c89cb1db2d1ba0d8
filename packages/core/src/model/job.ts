/** A job that is about to be inserted. */
export interface NewJob {
  /** A version 7 UUID, so that new rows and index entries lie side by side. */
  readonly id: string;
  readonly name: string;
  readonly channel: string;
  /** `null`: a group of its own. */
  readonly jobGroup: string | null;
  readonly delaySecs: number;
  /** In place of the delay: when it may run, in milliseconds since 1970 by the database's clock. */
  readonly runAtMs?: number | null;
  readonly numAttempts: number;
  readonly timeoutSecs: number;
  /** Higher ones start first; 0 for nearly all. */
  readonly priority: number;
  /** The payload as JSON text. */
  readonly payloadText: string;
  /** What it carries beside its payload, as JSON text; `null` for nearly all. */
  readonly extras: string | null;
}

/**
 * The job that is enqueued when another has failed for good. Its payload, a `FailedJob`, is made by the database: that
 * of the job which failed need not travel, and is there even where this process could not read it.
 */
export type FailureJob = Omit<NewJob, 'payloadText' | 'runAtMs'>;

/** A job of a schedule's tick. */
export type TickJob = Omit<NewJob, 'payloadText' | 'runAtMs'> & {
  /** Where it is not that which is stored with the schedule: a codec made it. */
  readonly payloadText?: string | null;
};

/** A job that this process has claimed. */
export interface ClaimedJob {
  readonly id: string;
  readonly name: string;
  readonly channel: string;
  readonly jobGroup: string | null;
  /** The attempt that a run now would be; 1 for the first. Past `numAttempts` when the last one ended with a crash. */
  readonly attempt: number;
  readonly numAttempts: number;
  readonly timeoutSecs: number;
  readonly priority: number;
  /** The order of enqueueing in the whole database. */
  readonly seq: number;
  /** The fence: grows with every claim, and names this one among those of its lease. */
  readonly fence: number;
  /** The lease under which it was claimed: the `id` of its row in `worker`. */
  readonly processId: string;
  /** Whether the database already counts the attempt as spent; false for all of a claim but its first. */
  readonly isStarted: boolean;
  /** Whether a process that held it died, perhaps of it: then its attempt is counted before it runs. */
  readonly isSuspect: boolean;
  /** Milliseconds since 1970, by the database's clock. */
  readonly enqueuedAtMs: number;
  /** How long it waited, from when it was ready to its claim, in milliseconds, by the database's clock. */
  readonly waitedMs: number;
  readonly payloadText: string;
  /** What it carries beside its payload, as JSON text; `null` for nearly all. */
  readonly extras: string | null;
}

/** Where an attempt failed, and after how long: kept with the job beside the attempt's number, its time and its error. */
export interface FailedRun {
  readonly workerId: string;
  readonly durationMs: number;
}

/** What the success of a job brings along, where its run said more than that it is over. */
export interface SuccessParts {
  /** What is enqueued in the same transaction. */
  readonly followUps: readonly NewJob[];
  /** What is kept of what the work function returned, as JSON text. */
  readonly resultText?: string | undefined;
  /** How much of that there is to be sent, in characters. */
  readonly chars: number;
}

/** What became of a claimed job, for the settle. */
export type Outcome =
  | {
      readonly kind: 'succeeded';
      readonly job: ClaimedJob;
      /** Left out for nearly all. */
      readonly parts?: SuccessParts;
    }
  | {
      readonly kind: 'failed';
      readonly job: ClaimedJob;
      readonly errorText: string;
      readonly failure?: FailedRun;
      /** What is enqueued in the same transaction. */
      readonly failureJob?: FailureJob;
    }
  | {
      readonly kind: 'cancelled';
      readonly job: ClaimedJob;
      /** Attempts spent. */
      readonly attempt: number;
      /** Why somebody wanted that; `null` where no reason was given. */
      readonly errorText: string | null;
      readonly failure?: undefined;
    }
  | {
      readonly kind: 'waiting';
      readonly job: ClaimedJob;
      /** Attempts spent so far. */
      readonly attempt: number;
      /** Seconds until it may run again. */
      readonly secs: number;
      readonly errorText: string | null;
      readonly failure?: FailedRun;
      /** It ran, and put itself off. */
      readonly isSnooze?: true;
    };
