import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import { Holding } from '../holdings.ts';
import { firstOfOneLease, halvesOf, type SettleBatch, type Settlement, type Start, sizeOf } from './settle-batch.ts';

const settlement = (processId: string): Settlement => {
  const holding = new Holding(claimedJob({ processId }));
  return { holding, outcome: { kind: 'succeeded', job: holding.job }, workerId: 'w', durationMs: 1 };
};
const start = (): Start => ({ holding: new Holding(claimedJob({})), dueAt: 0, onRecorded: undefined });

describe('a batch', () => {
  it('is divided into outcomes and starts, then into halves, and nothing is lost', () => {
    const batch: SettleBatch = {
      processId: 'l',
      outcomes: [settlement('l'), settlement('l'), settlement('l')],
      started: [start(), start()],
    };
    const [outcomes, starts] = halvesOf(batch);
    expect([outcomes, starts].map((one) => [one.outcomes.length, one.started.length])).toEqual([
      [3, 0],
      [0, 2],
    ]);
    const [first, second] = halvesOf(outcomes);
    expect([...first.outcomes, ...second.outcomes]).toEqual(batch.outcomes);
    expect([sizeOf(first), sizeOf(second)]).toEqual([2, 1]);
    expect(halvesOf(starts).map(sizeOf)).toEqual([1, 1]);
  });

  it('is of one lease', () => {
    const all = [settlement('a'), settlement('a'), settlement('b'), settlement('a')];
    expect(firstOfOneLease(all, 10)).toEqual(all.slice(0, 2));
    expect(firstOfOneLease(all, 1)).toEqual(all.slice(0, 1));
    expect(firstOfOneLease([], 1)).toEqual([]);
  });
});
