import type { Fault } from '../faults/fault.ts';
import { Random } from '../random.ts';

/** One fault, once. */
export interface Strike {
  /** Since the start of the run. */
  readonly atMs: number;
  readonly fault: Fault;
  /** Tells this strike's random source from others. */
  readonly nth: number;
}

/** Before the first, so that all processes are at work; and between two, at most and at least. */
const FIRST_MS = 2_000;
const [LEAST_MS, MOST_MS] = [400, 2_200];

/** When which fault strikes: the same for the same seed. They overlap as they come; each has its turn before one comes again. */
export function schedule(faults: readonly Fault[], seed: number, secs: number): readonly Strike[] {
  const random = new Random(seed, 'schedule');
  const strikes: Strike[] = [];
  let bag: Fault[] = [];
  for (let atMs = FIRST_MS; atMs < secs * 1000; atMs += random.between(LEAST_MS, MOST_MS)) {
    if (bag.length === 0) bag = [...random.shuffled(faults)];
    const fault = bag.pop();
    if (fault !== undefined) strikes.push({ atMs: Math.round(atMs), fault, nth: strikes.length });
  }
  return strikes;
}
