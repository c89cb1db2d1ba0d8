import type { ClaimedJob } from '../model/job.ts';
import type { Services } from '../services/services.ts';
import type { Lane } from '../statements/settle.ts';
import type { Settlement } from './settle-batch.ts';

/** What a Settler works with, and whom it tells. */
export interface SettlerOptions {
  readonly services: Services;
  /** The settlement is committed. */
  readonly onSettled: (settlement: Settlement) => void;
  /** The claim was lost: nothing was recorded. */
  readonly onLost: (settlement: Settlement) => void;
  /** The database refuses to record it, and it was given up: the claim stays until its lease ends. */
  readonly onGivenUp: (settlement: Settlement, error: unknown) => void;
  /** A job that is running was found to be lost. */
  readonly onRunLost: (job: ClaimedJob) => void;
  /** A retry or a hand-back is due in so many milliseconds. */
  readonly onDueIn: (ms: number) => void;
  /** Groups were freed, and have ready jobs in these lanes. */
  readonly onOpened: (lanes: readonly Lane[]) => void;
}
