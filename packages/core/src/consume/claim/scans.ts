import type { ClaimedJob } from '../../model/job.ts';
import type { ClaimAfter, ClaimFrom, ClaimResult, Demand } from '../../statements/claim.ts';
import { LaneMarks } from './lane-marks.ts';
import { type Scan, ScanBudget } from './scan-budget.ts';
import { ScanRound } from './scan-round.ts';

/** Where a claim is to look. */
export interface PlannedScan {
  readonly scan: Scan;
  /** What its statement is told of that. */
  readonly from: ClaimFrom | ClaimAfter | null;
}

/** Where each claim of a process looks, and what it learns from the answers. */
export class Scans {
  readonly #budget = new ScanBudget();
  readonly #marks = new LaneMarks();
  readonly #round = new ScanRound();

  next(now: number): PlannedScan {
    const scan = this.#marks.areOfUse(now) ? this.#budget.next(now) : this.#budget.full();
    return { scan, from: scan === 'full' ? this.#round.from : { scan, ...this.#marks.from(now) } };
  }

  /** When a full one is due, by this process's clock; in the past where each is full. */
  get fullAt(): number {
    return this.#budget.fullAt;
  }

  /** Jobs may be ready again anywhere: the next one is full. */
  wantFull(): void {
    this.#budget.wantFull();
  }

  /** A job that this process had claimed is ready again. */
  released(job: ClaimedJob): void {
    this.#marks.released(job);
  }

  /** Learns from an answer. Returns it, and that there may be more where there are lanes that it did not look at. */
  learn({ scan }: PlannedScan, demands: readonly Demand[], answer: ClaimResult, now: number): ClaimResult {
    const isUnfinished = scan === 'full' && this.#round.note(answer);
    const { jobs, scanMs, isLeftBehind } = answer;
    const numShort = demands.filter(({ slots, ahead }, i) => (jobs[i]?.length ?? 0) < slots + ahead).length;
    const short = numShort === 0 ? 'none' : numShort === demands.length ? 'all' : 'some';
    const isEmpty = jobs.every(({ length }) => length === 0);
    this.#marks.note(scan, demands, answer, now);
    this.#budget.note(scan, { scanMs, isLeftBehind, short, isEmpty }, now);
    return isUnfinished ? { ...answer, mayHaveMore: true, hasMoved: true } : answer;
  }
}
