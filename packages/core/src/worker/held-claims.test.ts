import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../test/support/claimed-job.ts';
import type { ClaimedJob } from '../model/job.ts';
import { HeldClaims } from './held-claims.ts';

const id = '00000000-0000-7000-8000-000000000001';
const claim = (fence: number, processId = 'l') => claimedJob({ id, fence, processId });

function hold() {
  const superseded: ClaimedJob[] = [];
  return { held: new HeldClaims((earlier) => superseded.push(earlier)), superseded };
}

describe('the claims that a process holds', () => {
  it('are told apart by number and lease, not by job', () => {
    const { held } = hold();
    held.add(claim(2));
    held.delete(claim(1));
    held.delete(claim(2, 'another'));
    expect(held.under('l')).toEqual([claim(2)]);
    expect(held.under('another')).toEqual([]);
    expect([claim(1), claim(2), claim(2, 'another')].map((one) => held.has(one))).toEqual([false, true, false]);
  });

  it('are held once', () => {
    const { held, superseded } = hold();
    expect([held.add(claim(1)), held.add(claim(1))]).toEqual([true, false]);
    held.delete(claim(1));
    expect(held.add(claim(1))).toBe(true);
    expect(superseded).toEqual([]);
  });

  it('are one for each job: a later one takes the place of an earlier, which is told', () => {
    const { held, superseded } = hold();
    const all = [claim(1), claim(2), claim(2, 'another')];
    expect(all.map((one) => held.add(one))).toEqual([true, true, true]);
    expect(superseded).toEqual(all.slice(0, 2));
    expect(all.map((one) => held.has(one))).toEqual([false, false, true]);
  });

  it('are none once the lease is gone', () => {
    const { held } = hold();
    held.add(claim(1));
    held.clear();
    expect(held.under('l')).toEqual([]);
  });
});
