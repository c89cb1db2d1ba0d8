import { RANGES, rangeOf } from './duration-ranges.ts';

/** What may become of a claim, as it is counted. */
export const LANE_OUTCOMES = ['succeeded', 'failed', 'retried', 'snoozed', 'released', 'lost', 'cancelled'] as const;

export type LaneOutcome = (typeof LANE_OUTCOMES)[number];

/** What was counted of one lane in one minute. */
export class LaneCounts {
  started = 0;
  succeeded = 0;
  failed = 0;
  retried = 0;
  snoozed = 0;
  released = 0;
  lost = 0;
  cancelled = 0;
  waitMs = 0;
  runMs = 0;
  waitMaxMs = 0;
  runMaxMs = 0;
  readonly waits: number[] = new Array<number>(RANGES).fill(0);
  readonly runs: number[] = new Array<number>(RANGES).fill(0);
  /** Raised by each count, so that whoever has written it knows whether there is more. */
  changes = 0;

  /** A run begins, of a job that waited for so long since it was ready. */
  start(waitedMs: number): void {
    const ms = Math.max(0, waitedMs);
    const range = rangeOf(ms);
    this.changes += 1;
    this.started += 1;
    this.waitMs += ms;
    this.waits[range] = (this.waits[range] ?? 0) + 1;
    if (ms > this.waitMaxMs) this.waitMaxMs = ms;
  }

  /** A claim is over. `ranMs`: for how long its run took; `null` where it had none. */
  end(outcome: LaneOutcome, ranMs: number | null): void {
    this.changes += 1;
    this[outcome] += 1;
    if (ranMs === null) return;
    const range = rangeOf(ranMs);
    this.runMs += ranMs;
    this.runs[range] = (this.runs[range] ?? 0) + 1;
    if (ranMs > this.runMaxMs) this.runMaxMs = ranMs;
  }
}
