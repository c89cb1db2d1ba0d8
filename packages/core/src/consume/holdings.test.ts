import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../test/support/claimed-job.ts';
import { LeaseLostError } from '../errors.ts';
import { Holding } from './holding.ts';
import { Holdings } from './holdings.ts';

const id = '00000000-0000-7000-8000-000000000001';
const claim = (fence: number, processId = 'l', jobId = id) => claimedJob({ id: jobId, fence, processId });
const take = (holdings: Holdings, ...args: Parameters<typeof claim>): Holding => {
  const holding = holdings.take(claim(...args));
  if (holding === null) throw new Error('it is held already');
  return holding;
};

describe('what a process holds', () => {
  it('is told apart by number and lease, not by job', () => {
    const holdings = new Holdings();
    const [first, second] = [take(holdings, 1), take(holdings, 2)];
    holdings.release(first);
    expect(holdings.under('l')).toEqual([second.job]);
    expect(holdings.under('another')).toEqual([]);
  });

  it('is a claim once', () => {
    const holdings = new Holdings();
    const first = take(holdings, 1);
    expect(holdings.take(claim(1))).toBeNull();
    holdings.release(first);
    expect(holdings.take(claim(1))).not.toBeNull();
  });

  it('is one claim of each job: a later one takes the place of an earlier, whose run is told', () => {
    const holdings = new Holdings();
    const all = [take(holdings, 1), take(holdings, 2), take(holdings, 2, 'another')];
    expect(all.map(({ isForsaken, signal }) => isForsaken && signal.aborted)).toEqual([true, true, false]);
    expect([holdings.under('l'), holdings.under('another')]).toEqual([[], [all[2]?.job]]);
  });

  it('is another claim where the attempt is another, which somebody else has spent since the first was lost', () => {
    const holdings = new Holdings();
    const first = take(holdings, 1);
    const second = holdings.take(claimedJob({ ...first.job, attempt: 2 }));
    expect([first.isForsaken, second?.isForsaken]).toEqual([true, false]);
    if (second === null) throw new Error('it was taken for the same');
    second.phase = 'settling'; // what is over is recorded under the number that both have
    expect(holdings.take(first.job)).toBeNull();
    expect(holdings.under('l')).toEqual([second.job]);
  });

  it('lets an earlier claim be recorded that is over, when the job comes again', () => {
    const holdings = new Holdings();
    const first = take(holdings, 1);
    first.phase = 'settling';
    const second = take(holdings, 2);
    expect(first.isForsaken).toBe(false);
    holdings.release(first);
    expect(holdings.under('l')).toEqual([second.job]);
  });

  it('is nothing once the lease is gone, and each claim knows', () => {
    const holdings = new Holdings();
    const all = [take(holdings, 1), take(holdings, 1, 'l', 'another job')];
    holdings.dropAll();
    expect(holdings.under('l')).toEqual([]);
    expect(all.map(({ isLost, isForsaken }) => [isLost, isForsaken])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(take(holdings, 1, 'the next').isLost).toBe(false);
  });

  it('lets a claim of the lease before alone, when that is released late', () => {
    const holdings = new Holdings();
    const late = take(holdings, 1);
    holdings.dropAll();
    const fresh = take(holdings, 2, 'the next');
    holdings.release(late);
    expect(holdings.under('the next')).toEqual([fresh.job]);
  });
});

describe('the signal of a claim', () => {
  it('is not aborted until the claim is lost, and says then why', () => {
    const holding = new Holding(claimedJob({ id: 'the job' }));
    const { signal } = holding;
    expect(signal.aborted).toBe(false);
    expect(holding.signal).toBe(signal);
    holding.lose();
    expect(holding.isLost).toBe(true);
    expect(signal.reason).toBeInstanceOf(LeaseLostError);
    expect(signal.reason).toMatchObject({ jobId: 'the job' });
  });

  it('is aborted from the start for who looks at it later, for one reason', () => {
    const holding = new Holding(claimedJob({}));
    holding.lose();
    const { reason } = holding.signal;
    holding.lose();
    holding.forsake();
    expect(holding.signal.reason).toBe(reason);
    expect(reason).toBeInstanceOf(LeaseLostError);
  });

  it('is aborted when that claim alone is lost, also if its lease goes later', () => {
    const holding = new Holding(claimedJob({}));
    holding.forsake();
    holding.lose();
    expect(holding.isForsaken).toBe(true);
    expect(holding.signal.aborted).toBe(true);
  });
});
