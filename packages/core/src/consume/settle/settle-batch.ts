import type { Outcome } from '../../model/job.ts';
import type { Holding } from '../holding.ts';

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

/** Two smaller batches: the first `size` and the rest, outcomes before starts. */
export function dividedAt(batch: SettleBatch, size: number): readonly [SettleBatch, SettleBatch] {
  const { outcomes, started } = batch;
  const starts = Math.max(0, size - outcomes.length);
  return [
    { ...batch, outcomes: outcomes.slice(0, size), started: started.slice(0, starts) },
    { ...batch, outcomes: outcomes.slice(size), started: started.slice(starts) },
  ];
}

/** What successes may bring along in one statement, in characters; one that brings more goes by itself. */
const MOST_CHARS = 8_000_000;

/** The first of a list, up to `limit`, that were claimed under the same lease and do not bring too much along. */
export function firstOfOneLease(outcomes: readonly Settlement[], limit: number): readonly Settlement[] {
  const most = outcomes.slice(0, limit);
  let chars = 0;
  const end = most.findIndex(({ outcome }, nth) => {
    if (outcome.kind === 'succeeded' && outcome.parts !== undefined) chars += outcome.parts.chars;
    return outcome.job.processId !== most[0]?.outcome.job.processId || (nth > 0 && chars > MOST_CHARS);
  });
  return end < 0 ? most : most.slice(0, end);
}
