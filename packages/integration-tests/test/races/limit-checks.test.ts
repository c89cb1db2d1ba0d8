import { describe, expect, it } from '@jest/globals';
import { outOfOrder, passedOver, type Setting, tooFast, tooMany, withoutClaim } from './support/limit-checks.ts';
import type { Held } from './support/limit-ledger.ts';

let count = 0;

function held(fromMs: number, untilMs: number | null, more: Partial<Held> = {}): Held {
  count += 1;
  const place = { name: 'N', channel: 'C', group: 'g', priority: 0, seq: count, claim: `x${count}`, nth: count };
  return { jobId: `j${count}`, ...place, fromMs, startMs: fromMs, untilMs, ...more };
}

const always = (max: number): readonly Setting[] => [{ fromMs: -Infinity, untilMs: -Infinity, max }];
const ofName = (one: Held): string => one.name;

/** The judge of the limits must be able to say no. */
describe('the account of limits', () => {
  it('counts what runs when a job begins', () => {
    const three = [held(0, 10), held(5, null), held(10, 20)];
    expect(tooMany(three, ofName, () => always(2))).toEqual({ broken: [], peak: 2, atLimit: 2 });
    expect(tooMany(three, ofName, () => always(1)).broken).toHaveLength(2);
  });

  it('counts what a process holds of a group of one as one', () => {
    const run = [held(0, 10, { claim: 'run' }), held(1, 20, { claim: 'run' })];
    const ofGroup = (one: Held): string | null => one.group;
    expect(tooMany(run, ofGroup, () => always(1), 'groups').broken).toEqual([]);
    expect(tooMany([...run, held(15, 30)], ofGroup, () => always(1), 'groups').broken).toHaveLength(1);
    expect(tooMany(run, ofGroup, () => always(1)).broken).toHaveLength(1);
  });

  it('goes by the limits that may have counted', () => {
    const settings = [...always(1), { fromMs: 4, untilMs: 6, max: 2 }, { fromMs: 8, untilMs: 9, max: 1 }];
    const at = (ms: number): readonly string[] => tooMany([held(0, 20), held(ms, 30)], ofName, () => settings).broken;
    expect([3, 5, 7, 9, 10].map((ms) => at(ms).length)).toEqual([1, 0, 0, 0, 1]);
  });

  it('finds a stretch with one start too many, wherever it begins', () => {
    const starts = [0, 900, 950, 1_000, 1_899.9].map((ms) => held(ms, null));
    const rate = { max: 2, perSecs: 1 };
    expect(tooFast(starts, ofName, { max: 3, perSecs: 1 }).broken).toHaveLength(1);
    expect(tooFast(starts, ofName, rate).broken).toHaveLength(3);
    expect(tooFast([held(0, 1), held(1, 2), held(1_000, 3)], ofName, rate)).toEqual({ broken: [], shortestMs: 1_000 });
  });

  it('finds first claims that are out of order, and lets a job come again', () => {
    const [a, b] = [held(0, 1), held(2, 3)];
    expect(outOfOrder([a, b, { ...a, fromMs: 4, nth: 99 }])).toEqual([]);
    expect(outOfOrder([{ ...b, fromMs: -1 }, a])).toHaveLength(1);
    expect(outOfOrder([{ ...b, fromMs: -1, priority: 1 }, a])).toEqual([]);
  });

  it('finds a group that was ready while another was served again and again', () => {
    const share = () => ({ weight: 1, concurrency: 1 });
    const served = [1, 2, 3, 4].map((ms) => held(ms, ms + 0.5, { group: 'other' }));
    const waits = [held(0, 0.5), ...served, held(9, 10)];
    expect(passedOver(waits, share).broken).toHaveLength(1);
    expect(passedOver([held(0, 8), ...served, held(9, 10)], share).broken).toEqual([]);
    expect(passedOver(waits, (group) => ({ weight: group === 'g' ? 1 : 2, concurrency: 1 })).broken).toEqual([]);
  });

  it('finds a call that nobody had the right to', () => {
    const one = held(5, 10);
    const at = (startedMs: number): readonly string[] => withoutClaim([{ jobId: one.jobId, startedMs }], [one]);
    expect([4, 5, 9, 10].map((ms) => at(ms).length)).toEqual([1, 0, 0, 1]);
  });
});
