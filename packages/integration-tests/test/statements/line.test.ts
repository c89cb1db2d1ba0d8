// The line of groups: turns, places in it, and the two races that its places were made for.
import { fromPg } from '@bearmq/driver-pg';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);
const places = () => schema.value('select count(*)::int from {s}.job_turn');
const groupsOf = (jobs: readonly { readonly jobGroup: string | null }[]) => jobs.map(({ jobGroup }) => jobGroup);

beforeEach(() => empty(schema));

/** Claims one job after the other, each settled before the next, and resolves to their groups. */
async function served(worker: string, times: number): Promise<(string | null)[]> {
  const groups: (string | null)[] = [];
  for (let i = 0; i < times; i += 1) {
    const jobs = await statements.claimed(worker, { slots: 1 });
    groups.push(...groupsOf(jobs));
    await statements.succeed(...jobs);
  }
  return groups;
}

/** Runs `act` while a transaction that has enqueued `count` jobs of a group is open; then it is ended. */
async function whileEnqueuing<T>(group: string, act: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await schema.pool.connect();
  try {
    await client.query('begin');
    const own = statementsOf({ ...schema, driver: () => fromPg(client) } as unknown as typeof schema);
    await own.insert({ jobGroup: group });
    return await act(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

describe('groups in line', () => {
  it('take turns, however many jobs one of them has', async () => {
    const worker = await statements.worker();
    await statements.insert(...Array.from({ length: 50 }, () => ({ jobGroup: 'whale' })));
    await statements.insert({ jobGroup: 'a' }, { jobGroup: 'a' }, { jobGroup: 'b' });
    expect(await places()).toBe(3);
    expect(await served(worker, 6)).toEqual(['whale', 'a', 'b', 'whale', 'a', 'whale']);
    await statements.insert({ jobGroup: 'late' });
    expect(await served(worker, 2)).toEqual(['whale', 'late']);
  });

  it('that have several places, of several priorities, hide no group behind them in silence', async () => {
    const worker = await statements.worker();
    for (const [jobGroup, priority] of [
      ['twice', 0],
      ['behind', 0],
      ['twice', 5],
    ] as const) {
      await statements.insert({ jobGroup, priority });
    }
    expect(await places()).toBe(3);
    const first = await statements.claim(worker, { slots: 2, maxPerGroup: 1 });
    const isAll = first.jobs.flat().length === 2;
    expect(isAll || first.mayHaveMore).toBe(true);
    const more = await statements.claimed(worker, { slots: 2, maxPerGroup: 1 });
    expect([...groupsOf(first.jobs.flat()), ...groupsOf(more)]).toEqual(['twice', 'behind']);
  });

  it('have as many turns in a row as their weight says', async () => {
    const worker = await statements.worker();
    await schema.rows(`select {s}.set_group_v1('heavy', null, 3, null, null)`);
    await statements.insert(...Array.from({ length: 40 }, (_, n) => ({ jobGroup: n % 2 === 0 ? 'light' : 'heavy' })));
    const groups = await served(worker, 16);
    expect(groups.filter((group) => group === 'heavy')).toHaveLength(12);
    expect(groups.slice(0, 5)).toEqual(['light', 'heavy', 'heavy', 'heavy', 'light']);
  });

  it('of a higher priority come first', async () => {
    const worker = await statements.worker();
    await statements.insert({ jobGroup: 'a' }, { jobGroup: 'b' }, { jobGroup: 'b', priority: 2 });
    expect(await served(worker, 3)).toEqual(['b', 'a', 'b']);
  });

  it('stand there once, and no more once nothing of them waits', async () => {
    const worker = await statements.worker();
    for (let n = 0; n < 3; n += 1) await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g', priority: n });
    expect(await places()).toBe(3); // one for each priority that was the highest so far
    expect(await served(worker, 6)).toHaveLength(6);
    expect(await places()).toBe(0);
  });

  it('run as many jobs at a time as was said, in their order, in slots of their own', async () => {
    const worker = await statements.worker();
    await schema.rows(`select {s}.set_group_v1('g', 3, null, null, null)`);
    const all = await statements.insert(...Array.from({ length: 5 }, () => ({ jobGroup: 'g' })));
    const { jobs, parallelGroups } = await statements.claim(worker, { maxPerGroup: 9 });
    const [first, ...rest] = jobs.flat();
    expect(parallelGroups).toEqual(['g']);
    expect([first, ...rest].map((job) => job?.id)).toEqual(all.slice(0, 3));
    expect(await statements.claimed(worker)).toEqual([]);
    if (first !== undefined) await statements.succeed(first);
    expect((await statements.claimed(worker)).map(({ id }) => id)).toEqual(all.slice(3, 4));
    await schema.rows(`select {s}.set_group_v1('g', 4, null, null, null)`);
    expect((await statements.claimed(worker)).map(({ id }) => id)).toEqual(all.slice(4));
  });

  it('start no more than their rate allows, and are asked again when it does', async () => {
    const worker = await statements.worker();
    await schema.rows(`select {s}.set_group_v1('g', 10, null, 2, 60)`);
    const all = await statements.insert(...Array.from({ length: 5 }, () => ({ jobGroup: 'g' })));
    const claim = () => statements.claim(worker, { slots: 9 });
    const first = await claim();
    expect(first.jobs.flat().map(({ id }) => id)).toEqual(all.slice(0, 2));
    expect(first.nextDueMs).toBeGreaterThan(55_000);
    await statements.succeed(...first.jobs.flat());
    const none = await claim();
    expect([none.jobs.flat(), none.mayHaveMore]).toEqual([[], false]);
    expect(none.nextDueMs).toBeGreaterThan(50_000);
    await schema.rows(
      `update {s}.job_group set rate_at = (select array_agg(a - interval '61 s') from unnest(rate_at) a)`,
    );
    await schema.rows(`update {s}.job_turn set due_at = due_at - interval '61 s'`);
    expect((await claim()).jobs.flat().map(({ id }) => id)).toEqual(all.slice(2, 4));
  });

  // Were "may start now" and "until when not" asked of two clocks, a start that becomes free between them would leave the
  // place shut, and nobody to open it.
  it('are not forgotten where their rate has a start again while a claim looks', async () => {
    const worker = await statements.worker();
    await schema.rows(`select {s}.set_group_v1('g', null, null, 1, 60)`);
    const [id] = await statements.insert({ jobGroup: 'g' });
    const client = await schema.pool.connect();
    await client.query('begin');
    // Free a moment after this transaction's time, and before the claim that is made in it.
    await client.query(`update ${schema.q}.job_group set rate_n = array[1],
      rate_at = array[now() - interval '60 s' + interval '1 ms']`);
    await until('that moment is past', async () => {
      const { rows } = await client.query(`select clock_timestamp() > now() + interval '2 ms' as is_past`);
      return rows[0].is_past === true;
    });
    const { jobs } = await statements.claim(worker, { session: fromPg(client) });
    await client.query('commit');
    client.release();
    expect(jobs.flat()).toEqual([]);
    expect(await schema.value('select due_at is not null from {s}.job_turn')).toBe(true);
    expect((await statements.claimed(worker)).map((job) => job.id)).toEqual([id]);
  });
});

describe('an enqueue into a group', () => {
  it('in a transaction that stays open keeps nobody from the group, and its place in line', async () => {
    const worker = await statements.worker();
    const [first] = await statements.insert({ jobGroup: 'g' });
    await whileEnqueuing('g', async (client) => {
      expect((await served(worker, 1)).length).toBe(1);
      expect(await statements.job(first ?? '')).toBeUndefined();
      expect(await places()).toBe(1);
      // It is met, shut, and looked at again, less and less often.
      let claims = 0;
      await until('it is shut for a while', async () => {
        claims += 1;
        const { jobs, mayHaveMore, nextDueMs } = await statements.claim(worker);
        expect(jobs.flat()).toEqual([]);
        return !mayHaveMore && nextDueMs !== null && nextDueMs > 10;
      });
      expect(claims).toBeGreaterThan(1);
      expect(await schema.value('select misses from {s}.job_turn')).toBeGreaterThan(3);
      await client.query('commit');
    });
    const seen: (string | null)[] = [];
    await until('its job is claimed', async () => {
      seen.push(...(await served(worker, 1)));
      return seen.length === 1;
    });
    expect(await places()).toBe(0);
  });

  it('that is rolled back leaves a place that is taken away when it is met', async () => {
    const worker = await statements.worker();
    await statements.insert({ jobGroup: 'g' });
    await whileEnqueuing('g', () => served(worker, 1));
    expect(await places()).toBe(1);
    await until('it is gone', async () => {
      expect(await served(worker, 1)).toEqual([]);
      return (await places()) === 0;
    });
  });

  // The claim had looked for jobs, and found none; the enqueue was committed; and only then the claim locked the place to
  // take it away. It looks again with the lock, or that job would wait for ever.
  it('that is committed between the look of a claim and its lock is not lost', async () => {
    const worker = await statements.worker();
    // A rate of lanes is asked for in the very statement that looks, by a function that can be held up here.
    await schema.rows(
      `insert into {s}.job_limit (kind, name, group_rate_max, group_rate_secs) values ('name', 'JOB', 1000, 1)`,
    );
    await schema.rows(`create or replace function {s}.starts_left_v1(p_max integer, p_secs float8, p_at timestamptz[], p_n integer[])
      returns integer language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(4711); return p_max; end $$`);
    await statements.insert({ jobGroup: 'g' });
    const holder = await schema.pool.connect();
    try {
      await whileEnqueuing('g', async (client) => {
        await served(worker, 1);
        await schema.rows('update {s}.job_turn set open = true, due_at = null');
        await holder.query('select pg_advisory_lock(4711)');
        const claim = statements.claim(worker);
        await until('the claim looks', async () => {
          const waits = `select count(*)::int from pg_locks where locktype = 'advisory' and not granted and objid = 4711`;
          return (await schema.value(waits)) === 1;
        });
        await client.query('commit');
        await holder.query('select pg_advisory_unlock(4711)');
        expect((await claim).jobs.flat()).toEqual([]);
      });
      expect(await places()).toBe(1);
      expect(await served(worker, 1)).toEqual(['g']);
    } finally {
      holder.release();
    }
  });
});
