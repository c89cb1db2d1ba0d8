import type { JobOutcome, JobState } from '@bearmq/core';
import type { BulkAction } from '../actions.ts';
import type { CountAnswer } from './common.ts';
import type { CancelBody, JobRow, PriorityBody, RetryBody } from './jobs.ts';

/** Which jobs a bulk is about: as the query of GET jobs. */
export interface FilterBody {
  readonly states?: readonly JobState[];
  readonly outcomes?: readonly JobOutcome[];
  readonly jobName?: string;
  readonly channel?: string;
  readonly jobGroup?: string;
  readonly ids?: readonly string[];
  readonly enqueuedFrom?: string;
  readonly enqueuedTo?: string;
  readonly finalizedFrom?: string;
  readonly finalizedTo?: string;
  readonly error?: string;
  readonly fingerprint?: string;
}

/** POST bulk/preview: needs the right to that action, and changes nothing. */
export interface BulkPreviewBody {
  readonly action: BulkAction;
  readonly filter: FilterBody;
}
export interface BulkPreviewAnswer {
  readonly matched: CountAnswer;
  readonly sample: readonly JobRow[];
  /** Jobs newer than that are left out of the bulk. */
  readonly before: string;
  /** Give it back with the bulk: it is refused for another filter. */
  readonly filterHash: string;
}

/** POST bulk: one page of the jobs, at most 1,000. Call it again with `next` as `after` until that is `null`. */
export interface BulkBody extends BulkPreviewBody {
  readonly before: string;
  readonly filterHash: string;
  readonly after?: string;
  readonly options?: RetryBody & CancelBody & Partial<PriorityBody>;
}
export interface BulkAnswer {
  readonly done: number;
  /** They are as they were; `running`: of a cancel, they were told to end. */
  readonly skipped: {
    readonly busy: number;
    readonly gone: number;
    readonly running: number;
    readonly refused: number;
  };
  readonly next: string | null;
}
