import type {
  AttemptFailure,
  CancelResult,
  ChangeResult,
  DeleteResult,
  Explanation,
  JobOutcome,
  JobState,
  RetryResult,
  RunNowResult,
} from '@bearmq/core';
import type { PayloadMode } from '../actions.ts';
import type { Wire } from '../wire.ts';

/** A job in a list: without its payload, and with the first 200 characters of its error's first line. */
export interface JobRow {
  readonly id: string;
  readonly jobName: string;
  readonly channel: string;
  readonly jobGroup: string | null;
  readonly state: JobState;
  readonly outcome: JobOutcome | null;
  readonly priority: number;
  readonly attempt: number;
  readonly numAttempts: number;
  readonly enqueuedAt: string;
  readonly runAt: string | null;
  readonly claimedAt: string | null;
  readonly finalizedAt: string | null;
  readonly processId: string | null;
  readonly errorLine: string | null;
  readonly cancelRequestedAt: string | null;
}

/**
 * GET jobs?state&outcome&jobName&channel&jobGroup&id&enqueuedFrom&enqueuedTo&finalizedFrom&finalizedTo&error&fingerprint&order&limit&after
 * — `state`, `outcome` and `id` may come several times; `order` is newest or oldest; `limit` 1 to 200, 50 by default.
 */
export interface JobsAnswer {
  readonly jobs: readonly JobRow[];
  /** Give it as `after` for the next page. */
  readonly next: string | null;
  /** Little of what was looked at was sought; the rest was not looked at. */
  readonly isPartial: boolean;
  readonly lookedBackTo: string | null;
}

export interface TimelineEntry {
  readonly kind: 'enqueued' | 'due' | 'attempt' | 'claimed' | 'cancel-requested' | 'finalized';
  /** `null` where nobody knows: of an attempt whose process died. */
  readonly at: string | null;
  readonly attempt?: number;
  readonly durationMs?: number | null;
  readonly workerId?: string | null;
  readonly processId?: string | null;
  readonly error?: string;
  readonly outcome?: JobOutcome;
}

/** GET jobs/:id */
export interface JobAnswer extends Omit<JobRow, 'errorLine'> {
  readonly error: string | null;
  readonly failures: readonly Wire<AttemptFailure>[];
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: {
    readonly mode: PayloadMode;
    /** JSON; `null` where it is to be asked for (`jobs/:id/payload/head`), or has more than 64 KiB. */
    readonly text: string | null;
    /** In bytes of JSON; `null` where payloads are not shown, or it has more than 64 KiB. */
    readonly bytes: number | null;
    /** It has more than 64 KiB of JSON. */
    readonly isLarge: boolean;
  };
  /** Whether its result and its log may be asked for; `never`, too, where they are redacted to nothing. */
  readonly output: PayloadMode;
  /** How far it said it is, as JSON; `null` where it said nothing, or that is not shown. */
  readonly progress: { readonly text: string; readonly at: string } | null;
  readonly timeline: readonly TimelineEntry[];
  /** The trace in which it was enqueued, by its header `traceparent`; `null` where it has none, or no `traceUrl` is given. */
  readonly trace: { readonly id: string; readonly href: string } | null;
  /** Pages about it elsewhere: its logs. */
  readonly links: readonly { readonly label: string; readonly href: string }[];
}

/** A link of the chain from a job to what keeps it from running. */
export interface ChainLink {
  readonly kind: 'job' | 'group' | 'process' | 'pause' | 'session' | 'limit';
  /** `null` where it is not known, or there is no page for it. */
  readonly id: string | null;
  readonly label: string;
}

/** GET jobs/:id/explain */
export type ExplainAnswer = Wire<Explanation> & { readonly asOf: string; readonly chain: readonly ChainLink[] };

/** GET jobs/:id/result */
export interface JobResultAnswer {
  /** Whether there is one: of a job that has succeeded, and whose definition keeps results. */
  readonly isKept: boolean;
  /** JSON. */
  readonly text: string | null;
}

/** GET jobs/:id/log?after&limit — the lines after the `after`th, oldest first; `limit` is 1,000 by default. */
export interface JobLogAnswer {
  readonly lines: readonly { readonly nth: number; readonly at: string; readonly line: string }[];
  /** Give it as `after` for the next page; `null` where there is nothing more so far. */
  readonly next: number | null;
}

/** GET jobs/:id/payload answers the JSON itself, as text. */

/** GET jobs/:id/payload/head */
export interface PayloadHeadAnswer {
  /** All of it where it has up to 524,288 characters; of a longer one the first 65,536, which are no JSON. */
  readonly text: string;
  /** Of the whole, in bytes of JSON. */
  readonly bytes: number;
  readonly isWhole: boolean;
}

/** POST jobs/:id/retry */
export interface RetryBody {
  readonly delaySecs?: number;
}
/** POST jobs/:id/cancel */
export interface CancelBody {
  readonly reason?: string;
}
/** POST jobs/:id/priority */
export interface PriorityBody {
  readonly priority: number;
}
/** POST jobs/:id/retry */
export type RetryAnswer = Wire<RetryResult>;
/** POST jobs/:id/run-now */
export type RunNowAnswer = Wire<RunNowResult>;
/** POST jobs/:id/cancel */
export type CancelAnswer = Wire<CancelResult>;
/** POST jobs/:id/delete */
export type DeleteAnswer = Wire<DeleteResult>;
/** POST jobs/:id/priority */
export type PriorityAnswer = Wire<ChangeResult>;

/** POST jobs — 201; nothing but JSON is checked: what its definition would refuse or add is not known here. */
export interface EnqueueBody {
  readonly jobName: string;
  readonly payload: unknown;
  readonly channel?: string;
  readonly jobGroup?: string;
  readonly delaySecs?: number;
  readonly priority?: number;
}
export interface EnqueueAnswer {
  readonly jobId: string;
}
