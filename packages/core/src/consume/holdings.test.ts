import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../test/support/claimed-job.ts';
import { LeaseLostError } from '../errors.ts';
import { Holding, Holdings } from './holdings.ts';

const id = '00000000-0000-7000-8000-000000000001';
const claim = (claims: number, leaseId = 'l') => claimedJob({ id, claims, leaseId });
const take = (holdings: Holdings, ...args: Parameters<typeof claim>): Holding => {
  const holding = holdings.take(claim(...args));
  if (holding === null) throw new Error('it is held already');
  return holding;
};

describe('what a process holds', () => {
  it('is told apart by number and lease, not by job', () => {
    const holdings = new Holdings();
    const [first, second, third] = [take(holdings, 1), take(holdings, 2), take(holdings, 2, 'another')];
    expect(new Set(holdings.under('l'))).toEqual(new Set([first.job, second.job]));
    holdings.release(first);
    expect(holdings.under('l')).toEqual([second.job]);
    expect(holdings.under('another')).toEqual([third.job]);
  });

  it.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])('loses just what is released, of three claims of one job in the order %i, %i, %i', (...order) => {
    const holdings = new Holdings();
    const all = [take(holdings, 1), take(holdings, 2), take(holdings, 3)];
    const left = new Set(all);
    for (const i of order) {
      const holding = all[i] as Holding;
      holdings.release(holding);
      left.delete(holding);
      expect(new Set(holdings.under('l'))).toEqual(new Set([...left].map(({ job }) => job)));
    }
  });

  it('holds a claim once', () => {
    const holdings = new Holdings();
    const first = take(holdings, 1);
    expect(holdings.take(claim(1))).toBeNull();
    take(holdings, 2);
    expect(holdings.take(claim(1))).toBeNull();
    holdings.release(first);
    expect(holdings.take(claim(1))).not.toBeNull();
  });

  it('is nothing once the lease is gone, and each claim knows', () => {
    const holdings = new Holdings();
    const all = [take(holdings, 1), take(holdings, 2)];
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
