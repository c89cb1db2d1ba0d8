import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../test/support/claimed-job.ts';
import { Holdings } from './holdings.ts';
import { SlotPool } from './slots.ts';

const of = (jobGroup: string | null) => claimedJob({ jobGroup });

describe('how many jobs a group is taken to give', () => {
  it('is more only after claims that groups alone have filled', () => {
    const pool = new SlotPool(null, 0, new Holdings());
    pool.join({ id: 'a', concurrency: 1_000, start: () => {} }, 0);
    const usual = () => pool.demand(0)?.usual;
    pool.accept([of('first')], 0, undefined, 2);
    for (let i = 0; i < 10; i += 1) pool.accept([of(`with another ${i}`), of(null)], 0, undefined, 2);
    expect(usual()).toBe(1);
    for (let i = 0; i < 10; i += 1) pool.accept([of(`by its id ${i}`)], 0);
    expect(usual()).toBe(1);
    pool.accept([of('last')], 0, undefined, 2);
    for (let i = 0; i < 10; i += 1) pool.accept([of(`one ${i}`), of(`other ${i}`)], 0, undefined, 2);
    expect(usual()).toBeGreaterThan(1);
  });
});
