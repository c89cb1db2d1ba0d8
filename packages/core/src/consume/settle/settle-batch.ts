import type { Outcome } from '../../model/job.ts';
import type { Holding } from '../holdings.ts';

/** What became of a claimed job, and what is needed to tell of it afterwards. */
export interface Settlement {
  readonly holding: Holding;
  readonly outcome: Outcome;
  /** The Worker that ran it, or might have run what was never started. */
  readonly workerId: string;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
  /** What it threw; only meaningful for an attempt that failed. */
  readonly error?: unknown;
}

/** A job that was claimed ahead and has started. */
export interface Start {
  readonly holding: Holding;
  /** From when on that is recorded, by this process's clock. */
  readonly dueAt: number;
  /** Somebody waits for it to be recorded. */
  readonly onRecorded: ((result: 'recorded' | 'lost' | { readonly refusal: unknown }) => void) | undefined;
}

/** What goes into one statement: all of it was claimed under one lease. */
export interface SettleBatch {
  readonly processId: string;
  readonly outcomes: readonly Settlement[];
  readonly started: readonly Start[];
}

/** How much there is to be recorded. */
export function sizeOf({ outcomes, started }: SettleBatch): number {
  return outcomes.length + started.length;
}

/** Two smaller batches: outcomes and starts apart, else the first half and the second. */
export function halvesOf(batch: SettleBatch): readonly [SettleBatch, SettleBatch] {
  const { outcomes, started } = batch;
  if (outcomes.length > 0 && started.length > 0) {
    return [
      { ...batch, started: [] },
      { ...batch, outcomes: [] },
    ];
  }
  const half = Math.ceil(sizeOf(batch) / 2);
  return [
    { ...batch, outcomes: outcomes.slice(0, half), started: started.slice(0, half) },
    { ...batch, outcomes: outcomes.slice(half), started: started.slice(half) },
  ];
}

/** The first of a list, up to `limit`, that were claimed under the same lease. */
export function firstOfOneLease(outcomes: readonly Settlement[], limit: number): readonly Settlement[] {
  const most = outcomes.slice(0, limit);
  const end = most.findIndex(({ outcome }) => outcome.job.processId !== most[0]?.outcome.job.processId);
  return end < 0 ? most : most.slice(0, end);
}
