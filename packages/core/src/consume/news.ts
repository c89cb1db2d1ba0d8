import type { AnnouncedJob } from '../model/announced-job.ts';
import type { ClaimedJob } from '../model/job.ts';

/**
 * What may change when, or where, this process looks for work:
 * - `somewhere`: there may be work now;
 * - `anywhere`: jobs that others held may be ready, also where this process knows that there were none;
 * - `distrust`: the database may think that we hold jobs that we do not know of, or may have lost what it confirmed;
 * - `announced`: these jobs are ready, unless others have taken them already;
 * - `released`: a job that was claimed here is ready again;
 * - `dueInMs`: there will be work in so many milliseconds.
 */
export type News =
  | 'somewhere'
  | 'anywhere'
  | 'distrust'
  | { readonly announced: readonly AnnouncedJob[] }
  | { readonly released: ClaimedJob }
  | { readonly dueInMs: number };

/** Tells the claimer. */
export type Notice = (news: News) => void;
