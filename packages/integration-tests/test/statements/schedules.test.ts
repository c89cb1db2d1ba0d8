import { fireSchedules, type NewJob, upsertSchedule } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const { session, tables } = statementsOf(schema);

beforeEach(() => empty(schema));

const tick = (name: string, job: Partial<NewJob> = {}): NewJob => ({
  id: uuidv7(),
  name,
  channel: 'DEFAULT',
  jobGroup: null,
  delaySecs: 0,
  numAttempts: 1,
  timeoutSecs: 300,
  priority: 0,
  payloadText: 'null',
  extras: null,
  ...job,
});
const fire = (...jobs: readonly NewJob[]) => fireSchedules(session, tables, jobs);
const jobs = () => schema.value('select count(*)::int from {s}.job');
const at = async (name = 'A') =>
  (
    await schema.rows(
      `select last_at, next_at, last_job_id, (rule ->> 'everySecs')::float8 as every_secs, revision, extract(epoch from next_at - last_at)::float8 as gap,
      extract(epoch from next_at - now())::float8 as ahead from {s}.schedule where job_name = $1`,
      [name],
    )
  )[0];

describe('a schedule', () => {
  it('is due at once, and then every repeatSecs', async () => {
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
    const job = tick('A', { channel: 'C', jobGroup: 'g', numAttempts: 3, timeoutSecs: 7 });
    expect((await fire(job)).jobs).toEqual([{ jobId: job.id, jobName: 'A', dueAtMs: expect.any(Number) }]);
    expect(
      await schema.rows(
        'select id, name, channel, job_group, num_attempts, timeout_secs, payload::text, state::text from {s}.job',
      ),
    ).toEqual([
      {
        id: job.id,
        name: 'A',
        channel: 'C',
        job_group: 'g',
        num_attempts: 3,
        timeout_secs: 7,
        payload: 'null',
        state: 'blocked',
      },
    ]);
    expect(await at()).toMatchObject({ gap: 60, last_job_id: job.id });
    expect((await fire(tick('A'))).jobs).toEqual([]);
    await schema.age(59, 'schedule');
    expect((await fire(tick('A'))).jobs).toEqual([]);
    await schema.age(1, 'schedule');
    expect((await fire(tick('A'))).jobs).toHaveLength(1);
    expect(await jobs()).toBe(2);
  });

  it('keeps to its grid however late it is fired, and makes up for what was missed by one', async () => {
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
    await fire(tick('A'));
    const epoch = `select extract(epoch from next_at)::float8 from {s}.schedule`;
    const before = Number(await schema.value(epoch));
    await schema.age(60 * 10 + 30, 'schedule');
    expect((await fire(tick('A'))).jobs).toHaveLength(1);
    expect((await fire(tick('A'))).jobs).toEqual([]);
    const after = await at();
    expect(after?.['gap']).toBe(600); // from the oldest tick that was missed to the next that is not due yet
    expect(after?.['ahead']).toBeGreaterThan(0);
    expect(after?.['ahead']).toBeLessThanOrEqual(60);
    expect((Number(await schema.value(epoch)) + 630 - before) % 60).toBeCloseTo(0, 3);
  });

  it('is drawn back to one interval from now when the clock of the server was set back, and fires nothing twice', async () => {
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
    await fire(tick('A'));
    await schema.age(-0.5, 'schedule'); // adjusted by half a second: not worth a new grid
    await fire(tick('A'));
    expect(await at()).toMatchObject({ gap: 60 });
    expect((await at())?.['ahead']).toBeGreaterThan(60);
    for (const secs of [30, 3_600, 86_400 * 365]) {
      await schema.age(-secs, 'schedule');
      const { jobs, nextDueMs } = await fire(tick('A'));
      expect(jobs).toEqual([]);
      expect(nextDueMs).toBeLessThanOrEqual(60_000);
      expect(nextDueMs).toBeGreaterThan(50_000);
      expect((await at())?.['ahead']).toBeLessThanOrEqual(60);
      expect(await schema.value('select last_at <= now() from {s}.schedule')).toBe(true);
    }
    await schema.age(60, 'schedule');
    expect((await fire(tick('A'))).jobs).toHaveLength(1);
  });

  it('that is gone is entered again, and due at once; one that is there is left as it is', async () => {
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
    const again = () => [{ ...tick('A'), repeatSecs: 30 }, { ...tick('B'), repeatSecs: 30 }, tick('C')];
    const first = await fire(...again());
    expect(first.jobs.map(({ jobName }) => jobName)).toEqual(['A']);
    expect(first.nextDueMs).toBeLessThanOrEqual(0);
    expect((await fire(...again())).jobs.map(({ jobName }) => jobName)).toEqual(['B']);
    expect(await at('A')).toMatchObject({ every_secs: 60 });
    expect(await at('B')).toMatchObject({ every_secs: 30 });
    expect(await at('C')).toBe(undefined);
  });

  it('tells when the next tick is due, of those that it was asked for', async () => {
    for (const [name, repeatSecs] of [
      ['A', 60],
      ['B', 20],
      ['C', 5],
    ] as const) {
      await upsertSchedule(session, tables, { name, repeatSecs });
    }
    expect((await fire(tick('A'), tick('B'))).jobs).toHaveLength(2);
    const { nextDueMs } = await fire(tick('A'), tick('B'));
    expect(nextDueMs).toBeGreaterThan(10_000);
    expect(nextDueMs).toBeLessThanOrEqual(20_000);
    expect(await fire()).toEqual({ jobs: [], nextDueMs: null });
    expect(await fire(tick('unknown'))).toEqual({ jobs: [], nextDueMs: null });
  });

  it('is fired once by however many at once', async () => {
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
    for (let round = 1; round <= 10; round += 1) {
      const fired = await Promise.all(Array.from({ length: 8 }, () => fire(tick('A'))));
      expect(fired.flatMap((result) => result.jobs)).toHaveLength(1);
      expect(await jobs()).toBe(round);
      await schema.age(60, 'schedule');
    }
  });

  it('that another transaction holds is passed over, and keeps no other from being fired', async () => {
    for (const name of ['A', 'B']) await upsertSchedule(session, tables, { name, repeatSecs: 60 });
    const lock = `select 1 from {s}.schedule where job_name = 'A' for update`;
    const { jobs: fired } = await whileLocked(schema, lock, [], () => fire(tick('A'), tick('B')));
    expect(fired.map(({ jobName }) => jobName)).toEqual(['B']);
    expect((await fire(tick('A'), tick('B'))).jobs.map(({ jobName }) => jobName)).toEqual(['A']);
  });

  it('is not advanced when its job cannot be inserted', async () => {
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
    const before = await at();
    const job = tick('A', { numAttempts: -1 });
    await expect(fire(job)).rejects.toMatchObject({ name: 'DatabaseError', sqlState: '23514' });
    expect((await at())?.['next_at']).toEqual(before?.['next_at']);
    // The server tells of an error before it lets go of the row, and a row that somebody holds is passed over.
    await until('it is fired', async () => (await fire(tick('A'))).jobs.length === 1);
  });

  it('delays the job of a tick, not the tick', async () => {
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
    await fire(tick('A', { delaySecs: 30 }));
    expect(
      await schema.rows('select state::text, extract(epoch from run_at - now())::int > 20 as late from {s}.job'),
    ).toEqual([{ state: 'scheduled', late: true }]);
    expect((await at())?.['gap']).toBe(60);
  });

  it('entered again changes nothing, and with another interval counts that from the last tick', async () => {
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
    await fire(tick('A'));
    const before = await at();
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 60 });
    expect((await at())?.['next_at']).toEqual(before?.['next_at']);
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 3_600 });
    expect(await at()).toMatchObject({ gap: 3_600, every_secs: 3_600, last_at: before?.['last_at'] });
    await upsertSchedule(session, tables, { name: 'A', repeatSecs: 0.5 });
    expect(await at()).toMatchObject({ gap: 0.5 });
  });
});
