import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../test/support/claimed-job.ts';
import { HeldClaims } from './holdings.ts';

const id = '00000000-0000-7000-8000-000000000001';
const claim = (claims: number, leaseId = 'l') => claimedJob({ id, claims, leaseId });

describe('the claims that a process holds', () => {
  it('are told apart by number and lease, not by job', () => {
    const held = new HeldClaims();
    const all = [claim(1), claim(2), claim(2, 'another')];
    expect(all.map((one) => held.add(one))).toEqual([true, true, true]);
    held.delete(claim(1));
    expect(held.under('l')).toEqual([all[1]]);
    expect(held.under('another')).toEqual([all[2]]);
  });

  it('are held once', () => {
    const held = new HeldClaims();
    expect([held.add(claim(1)), held.add(claim(1))]).toEqual([true, false]);
    held.delete(claim(1));
    expect(held.add(claim(1))).toBe(true);
  });

  it('are none once the lease is gone', () => {
    const held = new HeldClaims();
    held.add(claim(1));
    held.clear();
    expect(held.under('l')).toEqual([]);
  });
});
