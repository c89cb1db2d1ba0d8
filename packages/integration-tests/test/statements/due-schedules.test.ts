import { type Fire, findStranded, fireTicks, readDueSchedules } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const { session, tables } = statementsOf(schema);

beforeEach(() => empty(schema));

interface Row {
  readonly name?: string;
  readonly key?: string;
  readonly origin?: string;
  /** When it was due, in seconds; below zero it is not yet. */
  readonly ago?: number;
  readonly isPaused?: boolean;
}

const enter = async (...rows: readonly Row[]) => {
  for (const { name = 'A', key = 'k', origin = 'api', ago = 10, isPaused = false } of rows) {
    await schema.rows(
      `insert into {s}.schedule (job_name, key, origin, rule, payload, next_at, paused_at)
       values ($1, $2, $3, '{"everySecs":60}', '{"of":1}', now() - make_interval(secs => $4), case when $5 then now() end)`,
      [name, key, origin, ago, isPaused],
    );
  }
};
const due = (more: Partial<Parameters<typeof readDueSchedules>[2]> = {}) =>
  readDueSchedules(session, tables, { names: ['A'], withPayloads: [], declared: [], after: null, limit: 10, ...more });

describe('the schedules that are due', () => {
  it('are those of the names that are asked for, but for what is paused and what repeats, the longest due first', async () => {
    await enter(
      { key: 'later', ago: 5 },
      { key: 'first', ago: 20 },
      { key: 'paused', isPaused: true },
      { key: 'default', origin: 'repeat' },
      { key: 'declared', origin: 'definition', ago: 7 },
      { name: 'B' },
      { key: 'not yet', ago: -30 },
    );
    const found = await due();
    expect(found.due.map(({ key }) => key)).toEqual(['first', 'declared', 'later']);
    expect(found.due[0]).toMatchObject({ jobName: 'A', origin: 'api', rule: { everySecs: 60 }, payloadText: null });
    expect(found.nextDueMs).toBeGreaterThan(20_000);
    expect(found.nextDueMs).toBeLessThanOrEqual(30_000);
    expect(found.nowMs - (found.due[0]?.nextAtMs ?? 0)).toBeGreaterThanOrEqual(20_000);
    expect((await due({ withPayloads: ['A'] })).due[0]?.payloadText).toBe('{"of":1}');
  });

  it('come in pages, also where many are due at one moment', async () => {
    await enter(...Array.from({ length: 7 }, (_, i) => ({ key: `k${i}` })));
    await schema.rows(`update {s}.schedule set next_at = date_trunc('second', now())`);
    const keys: string[] = [];
    let after: { nextAtMs: number; id: string } | null = null;
    do {
      const page = await due({ after, limit: 3 });
      keys.push(...page.due.map(({ key }) => key));
      after = page.due.length === 3 ? (page.due[2] ?? null) : null;
    } while (after !== null);
    expect([...keys].sort()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6']);
  });

  it('tell of what is missing, and of whether there is any', async () => {
    expect(await due()).toMatchObject({ due: [], incomplete: [], nextDueMs: null, isAny: false });
    await enter({ key: 'default', origin: 'repeat' });
    expect((await due()).isAny).toBe(false);
    await enter({ name: 'B', key: 'there' });
    const declared = ['there', 'gone'].map((key) => ({ jobName: 'B', key }));
    expect(await due({ declared })).toMatchObject({ due: [], incomplete: ['B'], isAny: true });
  });

  it('and that nobody enqueues are found where they are long overdue', async () => {
    await enter(
      { ago: 400 },
      { name: 'B', ago: 400 },
      { name: 'C', ago: 200 },
      { name: 'D', ago: 400, isPaused: true },
    );
    await enter({ name: 'E', key: 'default', origin: 'repeat', ago: 400 });
    const stranded = await findStranded(session, tables, { names: ['A'], lateSecs: 300 });
    expect(stranded).toEqual([{ jobName: 'B', key: 'k' }]);
  });
});

/** What is made of a schedule that was read: so many jobs. */
async function fireOf(count = 1, more: Partial<Fire> = {}): Promise<Fire> {
  const row = (await due()).due[0];
  const jobs = Array.from({ length: count }, () => ({
    id: uuidv7(),
    name: 'A',
    channel: 'C',
    jobGroup: 'G',
    delaySecs: 0,
    numAttempts: 2,
    timeoutSecs: 7,
    priority: 3,
    extras: '{"tick":{}}',
  }));
  return {
    id: row?.id ?? '',
    revision: row?.revision ?? 0,
    lastAtMs: row?.nextAtMs ?? 0,
    nextAtMs: (row?.nextAtMs ?? 0) + 60_000,
    overlap: 'allow',
    jobs,
    ...more,
  };
}
const fire = (...fires: readonly Fire[]) => fireTicks(session, tables, fires);
const stored = () => schema.rows('select revision, last_job_id, next_at > now() as is_ahead from {s}.schedule');

describe('a tick', () => {
  it('is inserted with the payload of its schedule, which is advanced', async () => {
    await enter({});
    const one = await fireOf();
    expect(await fire(one)).toEqual([{ id: one.id, outcome: 'enqueued' }]);
    const job = one.jobs[0];
    expect(
      await schema.rows(
        'select id, name, channel, job_group, state::text, num_attempts, timeout_secs, priority, extras, payload::text from {s}.job',
      ),
    ).toEqual([
      {
        id: job?.id,
        name: 'A',
        channel: 'C',
        job_group: 'G',
        state: 'blocked',
        num_attempts: 2,
        timeout_secs: 7,
        priority: 3,
        extras: { tick: {} },
        payload: '{"of":1}',
      },
    ]);
    expect(await stored()).toEqual([{ revision: 1, last_job_id: job?.id, is_ahead: true }]);
  });

  it('and many of one schedule are inserted in their order, delayed where they are to be', async () => {
    await enter({});
    const many = await fireOf(50);
    await fire({ ...many, jobs: many.jobs.map((job, i) => ({ ...job, delaySecs: i === 49 ? 30 : 0 })) });
    const rows = await schema.rows('select id, state::text from {s}.job order by seq');
    expect(rows.map(({ id }) => id)).toEqual(many.jobs.map(({ id }) => id));
    expect(rows.map(({ state }) => state)).toEqual([...new Array<string>(49).fill('blocked'), 'scheduled']);
    expect(await stored()).toEqual([{ revision: 1, last_job_id: many.jobs[49]?.id, is_ahead: true }]);
  });

  it('is inserted once by however many at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      await empty(schema);
      await enter({});
      const fires = await Promise.all(Array.from({ length: 8 }, () => fireOf()));
      const fired = await Promise.all(fires.map((one) => fire(one)));
      expect(fired.flat()).toHaveLength(1);
      expect(await schema.value('select count(*)::int from {s}.job')).toBe(1);
    }
  });

  it.each([
    ['has another revision', 'update {s}.schedule set revision = revision + 1'],
    ['is paused', 'update {s}.schedule set paused_at = now()'],
    ['is not due by the clock of the database', `update {s}.schedule set next_at = now() + interval '1 hour'`],
    ['is gone', 'delete from {s}.schedule'],
  ])('of a schedule that %s is not', async (_, sql) => {
    await enter({});
    const one = await fireOf();
    await schema.rows(sql);
    expect(await fire(one)).toEqual([]);
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(0);
  });

  it('of a schedule that another transaction holds is left for later, and keeps no other', async () => {
    await enter({ key: 'held' });
    const held = await fireOf();
    await schema.rows(`update {s}.schedule set next_at = now() - interval '1 s'`);
    await enter({ key: 'other', ago: 100 });
    const other = await fireOf();
    const lock = `select 1 from {s}.schedule where key = 'held' for update`;
    const fired = await whileLocked(schema, lock, [], () => fire(held, other));
    expect(fired).toEqual([{ id: other.id, outcome: 'enqueued' }]);
    expect(await fire(held)).toEqual([{ id: held.id, outcome: 'enqueued' }]);
  });

  it('is left out while the last one is not over, where runs must not overlap', async () => {
    await enter({});
    const first = await fireOf(1, { overlap: 'skip' });
    await fire(first);
    await schema.age(60, 'schedule');
    expect(await fire(await fireOf(1, { overlap: 'skip' }))).toEqual([{ id: first.id, outcome: 'skipped' }]);
    expect(await stored()).toEqual([{ revision: 2, last_job_id: first.jobs[0]?.id, is_ahead: true }]);
    await schema.rows('delete from {s}.job');
    await schema.age(60, 'schedule');
    expect(await fire(await fireOf(1, { overlap: 'skip' }))).toEqual([{ id: first.id, outcome: 'enqueued' }]);
  });

  it('whose job is refused has its schedule stay where it was', async () => {
    await enter({});
    const one = await fireOf();
    const wrong = { ...one, jobs: one.jobs.map((job) => ({ ...job, numAttempts: -1 })) };
    await expect(fire(wrong)).rejects.toMatchObject({ name: 'DatabaseError', sqlState: '23514' });
    expect(await stored()).toMatchObject([{ revision: 0, last_job_id: null }]);
    // The server tells of an error before it lets go of the row, and a row that somebody holds is left for later.
    await until('it is inserted', async () => (await fire(one)).length === 1);
  });

  it('that is left out altogether advances its schedule without a job', async () => {
    await enter({});
    const none = await fireOf(0);
    expect(await fire(none)).toEqual([{ id: none.id, outcome: 'enqueued' }]);
    expect(await stored()).toEqual([{ revision: 1, last_job_id: null, is_ahead: true }]);
  });
});
