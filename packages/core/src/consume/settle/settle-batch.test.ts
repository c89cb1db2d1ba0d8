import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import { Holding } from '../holding.ts';
import { dividedAt, firstOfOneLease, type SettleBatch, type Settlement, type Start, sizeOf } from './settle-batch.ts';

const settlement = (processId: string): Settlement => {
  const holding = new Holding(claimedJob({ processId }));
  return { holding, outcome: { kind: 'succeeded', job: holding.job }, workerId: 'w', durationMs: 1 };
};
const start = (): Start => ({ holding: new Holding(claimedJob({})), dueAt: 0, onRecorded: undefined });

describe('a batch', () => {
  it('is divided, outcomes before starts, and nothing is lost', () => {
    const outcomes = [settlement('l'), settlement('l'), settlement('l')];
    const started = [start(), start()];
    const batch: SettleBatch = { processId: 'l', outcomes, started };
    for (const size of [1, 2, 3, 4]) {
      const [first, rest] = dividedAt(batch, size);
      expect([first, rest].map(sizeOf)).toEqual([size, 5 - size]);
      expect([...first.outcomes, ...rest.outcomes]).toEqual(outcomes);
      expect([...first.started, ...rest.started]).toEqual(started);
      expect(rest.outcomes.length).toBe(Math.max(0, 3 - size));
    }
  });

  it('is of one lease', () => {
    const all = [settlement('a'), settlement('a'), settlement('b'), settlement('a')];
    expect(firstOfOneLease(all, 10)).toEqual(all.slice(0, 2));
    expect(firstOfOneLease(all, 1)).toEqual(all.slice(0, 1));
    expect(firstOfOneLease([], 1)).toEqual([]);
  });
});
