// In which order a claim gives its jobs: it says which starts first, and its process keeps to that.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const started = (jobs: readonly { readonly id: string; readonly isStarted: boolean }[]) =>
  jobs.flatMap(({ id, isStarted }) => (isStarted ? [id] : []));

/** Enqueues jobs that are called by a letter: their group, and how many of it came before; those without one by `-`. */
async function lettered(
  ...jobs: readonly { group?: string; priority?: number; numAttempts?: number; channel?: string; name?: string }[]
) {
  const counts = new Map<string, number>();
  const ids = await statements.insert(...jobs.map(({ group, ...job }) => ({ jobGroup: group ?? null, ...job })));
  const letters = jobs.map(({ group = '-' }) => {
    const nth = (counts.get(group) ?? 0) + 1;
    counts.set(group, nth);
    return `${group}${nth}`;
  });
  const idOf = (letter: string) => ids[letters.indexOf(letter)] as string;
  return {
    idOf,
    called: (given: readonly { readonly id: string }[]) => given.map(({ id }) => letters[ids.indexOf(id)]),
  };
}

const limitOf = (group: string, most: number) =>
  schema.rows('insert into {s}.job_group (name, max_running) values ($1, $2)', [group, most]);

beforeEach(() => empty(schema));

describe('a claim', () => {
  it('gives groups in their turns, also what is held ahead: one that was served comes last, old as its job is', async () => {
    const process = await statements.worker();
    const { called } = await lettered({ group: 'a' }, { group: 'a' }, { group: 'b' }, { group: 'c' });
    await statements.succeed(...(await statements.claimed(process, { slots: 1 })));
    const jobs = await statements.claimed(process, { slots: 1, ahead: 5 });
    expect(called(jobs)).toEqual(['b1', 'c1', 'a2']);
    expect(started(jobs)).toEqual([jobs[0]?.id]);
  });

  it('puts jobs without a group among them: after groups that came before, and before those that were served', async () => {
    const process = await statements.worker();
    const { called } = await lettered({ group: 'a' }, { group: 'a' }, { group: 'b' }, {}, { group: 'c' }, {});
    await statements.succeed(...(await statements.claimed(process, { slots: 1 })));
    const jobs = await statements.claimed(process, { slots: 1, ahead: 9 });
    expect(called(jobs)).toEqual(['b1', '-1', 'c1', '-2', 'a2']);
    expect(started(jobs)).toEqual([jobs[0]?.id]);
  });

  it('has the first of these start where it is one without a group', async () => {
    const process = await statements.worker();
    const { called, idOf } = await lettered({ group: 'a' }, { group: 'a' }, {}, { group: 'b' });
    await statements.succeed(...(await statements.claimed(process, { slots: 1 })));
    const jobs = await statements.claimed(process, { slots: 2, ahead: 9 });
    expect(called(jobs)).toEqual(['-1', 'b1', 'a2']);
    expect(started(jobs)).toEqual([idOf('-1')]);
  });

  it('spends no attempt where the first has none left, and gives that one first all the same', async () => {
    const process = await statements.worker();
    const { called, idOf } = await lettered({ group: 'a' }, { group: 'a' }, { group: 'b' }, { group: 'c' }, {});
    await statements.succeed(...(await statements.claimed(process, { slots: 1 })));
    await schema.rows('update {s}.job set attempt = num_attempts where id = $1', [idOf('b1')]);
    const jobs = await statements.claimed(process, { slots: 2, ahead: 9 });
    expect(called(jobs)).toEqual(['b1', 'c1', '-1', 'a2']);
    expect(started(jobs)).toEqual([]);
    expect(await schema.value('select count(*)::int from {s}.job where started')).toBe(0);
  });

  it('gives the highest priority first, whoever’s turn it is', async () => {
    const process = await statements.worker();
    const { called } = await lettered(
      { group: 'a' },
      { group: 'a', priority: 1 },
      { group: 'b', priority: 1 },
      { priority: 2 },
      {},
      { group: 'c', priority: 2 },
      { group: 'd', priority: 3 },
      { priority: 1 },
    );
    const jobs = await statements.claimed(process, { slots: 2, ahead: 9 });
    expect(called(jobs)).toEqual(['d1', '-1', 'c1', 'a2', 'b1', '-3', '-2']);
    expect(started(jobs)).toEqual([jobs[0]?.id]);
  });

  it('gives a run of a group in its order, its first in its turn', async () => {
    const process = await statements.worker();
    const { called } = await lettered({ group: 'a' }, {}, { group: 'b' }, { group: 'a' }, { group: 'b' }, {});
    const jobs = called(await statements.claimed(process, { slots: 1, ahead: 9, maxPerGroup: 2 }));
    const firsts = jobs.filter((job) => job !== 'a2' && job !== 'b2');
    expect(firsts).toEqual(['a1', '-1', 'b1', '-2']);
    expect(jobs.indexOf('a2')).toBeGreaterThan(jobs.indexOf('a1'));
    expect(jobs.indexOf('b2')).toBeGreaterThan(jobs.indexOf('b1'));
  });

  it('gives groups that run several at a time one job each before any a second one, which is behind all that waited', async () => {
    const process = await statements.worker();
    for (const group of ['a', 'b']) await limitOf(group, 3);
    const { called } = await lettered(
      { group: 'a' },
      { group: 'a' },
      { group: 'a' },
      { group: 'b' },
      {},
      { group: 'b' },
      {},
    );
    const jobs = await statements.claimed(process, { slots: 9 });
    expect(called(jobs)).toEqual(['a1', 'b1', '-1', '-2', 'a2', 'b2', 'a3']);
    expect(started(jobs)).toEqual([jobs[0]?.id]);
  });

  it('keeps the order of what it found after others were in its way', async () => {
    const process = await statements.worker();
    const { called, idOf } = await lettered(
      { channel: 'A' },
      { channel: 'B' },
      { channel: 'B', priority: -1 },
      { channel: 'A' },
      { channel: 'C' },
      { channel: 'A' },
    );
    const lock = 'select 1 from {s}.job where id = any ($1) for update';
    const jobs = await whileLocked(schema, lock, [[idOf('-2'), idOf('-4')]], () =>
      statements.claimed(process, { slots: 5 }),
    );
    expect(called(jobs)).toEqual(['-1', '-5', '-6', '-3']);
    expect(started(jobs)).toEqual([jobs[0]?.id]);
  });

  it('says so for each demand, and has one start in all', async () => {
    const process = await statements.worker();
    const { called } = await lettered(
      { channel: 'X', group: 'a' },
      { channel: 'X', group: 'a' },
      { channel: 'X', group: 'b' },
      { channel: 'Y', group: 'c' },
      { channel: 'Y' },
    );
    const demandOf = (channel: string, slots: number) => ({ channels: [channel], slots, ahead: 9, maxPerGroup: 1 });
    await statements.succeed(...(await statements.claimed(process, { slots: 1 })));
    const { jobs } = await statements.claim(process, { demands: [demandOf('Y', 0), demandOf('X', 1)] });
    expect(jobs.map(called)).toEqual([
      ['c1', '-1'],
      ['b1', 'a2'],
    ]);
    expect(started(jobs.flat())).toEqual([jobs[1]?.[0]?.id]);
  });
});
