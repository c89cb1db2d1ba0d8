import { fromPg } from '@bearmq/driver-pg';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { type ClaimOptions, empty, type NewRow, statementsOf } from '../support/statements.ts';

const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);
const setRate = (kind: 'channel' | 'name', name: string, [max, perSecs]: readonly [number, number]) =>
  schema.value(`select {s}.set_limit_v1($1, $2, 'api', null, $3, $4, null, null, null)`, [kind, name, max, perSecs]);
const now = () => schema.value('select extract(epoch from clock_timestamp()) * 1000');
const many = (count: number, job: (n: number) => NewRow) =>
  statements.insert(...Array.from({ length: count }, (_, n) => job(n)));

beforeEach(() => empty(schema));

describe('a limit of starts', () => {
  it('holds over any stretch of time, and says when the next is due', async () => {
    const worker = await statements.worker();
    await setRate('channel', 'DEFAULT', [3, 60]);
    const all = await many(8, (n) => ({ jobGroup: n % 2 === 0 ? 'g' : null }));
    // What it takes is bound by the idle slots, and it says so: jobs asked for ahead are none that there are not.
    const claim = (options: ClaimOptions = {}) => statements.claim(worker, { ahead: 5, maxPerGroup: 4, ...options });
    const first = await claim();
    const taken = first.jobs.flat();
    expect([taken.length, first.isStartOnly]).toEqual([3, true]);
    expect(taken.filter(({ jobGroup }) => jobGroup === 'g').map(({ id }) => id)).toEqual(all.slice(0, 1));
    const next = await claim();
    expect([next.jobs.flat(), next.mayHaveMore, next.isStartOnly]).toEqual([[], false, false]);
    expect(next.nextDueMs).toBeGreaterThan(50_000);
    await statements.succeed(...taken);
    expect((await claim()).jobs.flat()).toEqual([]);
    await schema.rows(
      `update {s}.job_limit set rate_at = (select array_agg(a - interval '61 s') from unnest(rate_at) a)`,
    );
    expect((await claim({ slots: 2 })).jobs.flat()).toHaveLength(2);
    expect((await claim()).jobs.flat()).toHaveLength(1);
  });
});

describe('a claim of jobs that a rate lets start', () => {
  it('takes no more than idle slots, also where groups give more than it planned', async () => {
    const worker = await statements.worker();
    await setRate('name', 'PACED', [100, 60]);
    await schema.rows(`select {s}.set_group_v1('wide', 2, null, null, null)`);
    await many(2, () => ({ jobGroup: 'wide' }));
    await many(5, () => ({ name: 'PACED' }));
    const taken = await statements.claimed(worker, { names: ['JOB', 'PACED'], slots: 3, ahead: 5 });
    expect(taken.map(({ name }) => name).sort()).toEqual(['JOB', 'JOB', 'PACED']);
  });
});

describe('a claim that began before another one, and came to the count after it,', () => {
  const perSecs = 60;
  const kinds = {
    'a name': {
      set: () => setRate('name', 'JOB', [2, perSecs]),
      log: `update {s}.job_limit set rate_at = $1, rate_n = '{2}' where name = 'JOB'`,
      jobGroup: null,
    },
    'a group': {
      set: () => schema.rows(`select {s}.set_group_v1('g', 9, null, 2, $1)`, [perSecs]),
      log: `update {s}.job_group set rate_at = $1, rate_n = '{2}' where name = 'g'`,
      jobGroup: 'g',
    },
  };

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])('starts nothing of %s by its own, older time', async (kind) => {
    const { set, log, jobGroup } = kinds[kind];
    const [slow, quick] = [await statements.worker(), await statements.worker()];
    await set();
    await many(4, () => ({ jobGroup }));
    const client = await schema.pool.connect();
    try {
      await client.query('begin');
      await client.query('select now()'); // its time stands still from here on
      // Two starts that count for the one, and no more for the other.
      await schema.rows(log, [[new Date(Number(await now()) - perSecs * 1000)]]);
      const first = await statements.claimed(quick, { slots: 1 });
      expect(first).toHaveLength(1);
      const late = await statements.claim(slow, { slots: 1, session: fromPg(client) });
      expect([late.jobs.flat(), late.mayHaveMore]).toEqual([[], true]);
      await client.query('commit');
      expect(await statements.claimed(slow, { slots: 2 })).toHaveLength(1);
    } finally {
      await client.query('rollback'); // unless it was committed
      client.release();
    }
  });
});
