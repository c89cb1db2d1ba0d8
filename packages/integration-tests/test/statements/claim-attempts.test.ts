// Which attempts a claim spends.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);

beforeEach(() => empty(schema));

describe('a claim', () => {
  it('claims some ahead, whose attempt is not spent yet', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(...Array.from({ length: 6 }, () => ({ numAttempts: 2 })));
    const jobs = await statements.claimed(worker, { slots: 2, ahead: 3 });
    expect(ids(jobs)).toEqual(all.slice(0, 5));
    expect(jobs.map(({ isStarted }) => isStarted)).toEqual([true, false, false, false, false]);
    expect(jobs.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1]);
    const spent = await schema.rows('select attempt, started from {s}.job order by seq');
    expect(spent.map(({ attempt }) => attempt)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(spent.map(({ started }) => started)).toEqual([true, false, false, false, false, false]);
  });

  it('spends the attempt of the one that starts first alone, whatever it has slots for', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(
      { channel: 'X' },
      { channel: 'Y', numAttempts: 2 },
      { channel: 'Y', jobGroup: 'g' },
      { channel: 'Y', priority: 1, jobGroup: 'h' },
      { channel: 'Z' },
    );
    const { jobs } = await statements.claim(worker, {
      demands: [
        { channels: ['none'], slots: 5, ahead: 0, maxPerGroup: 1 },
        { channels: ['X'], slots: 0, ahead: 5, maxPerGroup: 1 },
        { channels: ['Y'], slots: 5, ahead: 0, maxPerGroup: 1 },
        { channels: null, slots: 5, ahead: 0, maxPerGroup: 1 },
      ],
    });
    expect(jobs.map(ids)).toEqual([[], [all[0]], [all[3], all[1], all[2]], [all[4]]]);
    expect(jobs.flat().flatMap(({ id, isStarted }) => (isStarted ? [id] : []))).toEqual([all[3]]);
    expect(await schema.rows('select id::text from {s}.job where attempt = 1 and started')).toEqual([{ id: all[3] }]);
  });
});
