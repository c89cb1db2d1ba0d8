import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../test/support/claimed-job.ts';
import { claimKey } from '../model/claim-key.ts';
import { Holdings } from './holdings.ts';

describe('a claim whose job somebody wants cancelled', () => {
  const held = (phase: 'held' | 'next' | 'running' | 'settling', extras: string | null = null) => {
    const holdings = new Holdings();
    const holding = holdings.take(claimedJob({ extras }));
    if (holding === null) throw new Error('nothing was held');
    holding.phase = phase;
    return { holdings, holding };
  };

  it('is told once while it runs, with the first reason', () => {
    const { holding } = held('running');
    expect([holding.cancel('one'), holding.cancel('two')]).toEqual([true, false]);
    expect(holding.cancelled).toEqual({ reason: 'one' });
    expect(holding.signal.reason).toMatchObject({ code: 'BEAR_JOB_CANCELLED', reason: 'one', jobId: holding.job.id });
  });

  it('is noted before it runs, and left alone when it is over', () => {
    for (const phase of ['held', 'next'] as const) {
      const { holding } = held(phase);
      expect(holding.cancel(null)).toBe(false);
      expect(holding.cancelled).toEqual({ reason: null });
    }
    const { holding } = held('settling');
    expect([holding.cancel('late'), holding.cancelled]).toEqual([false, undefined]);
  });

  it('may say so itself, in place of its extras', () => {
    expect(held('next', '{"cancelled":"why"}').holding.cancelled).toEqual({ reason: 'why' });
    expect(held('next', '{"cancelled":""}').holding.cancelled).toEqual({ reason: null });
    expect(held('next', '{"headers":{}}').holding.cancelled).toBe(undefined);
  });

  it('is found by its name, and no other claim of its job', () => {
    const { holdings, holding } = held('running');
    const { job } = holding;
    expect(holdings.held(claimKey(job))).toBe(holding);
    expect(holdings.held(claimKey({ ...job, fence: job.fence + 1 }))).toBe(undefined);
    expect(holdings.held(claimKey({ ...job, processId: 'another lease' }))).toBe(undefined);
    expect([holdings.holdsAny([job.id]), holdings.holdsAny(['x'])]).toEqual([true, false]);
  });
});
