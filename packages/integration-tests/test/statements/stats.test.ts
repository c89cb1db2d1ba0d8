import { LaneCounts, pruneStats, readTotals, recordStats, rollStats, sampleDepth } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(() => schema.rows('truncate {s}.lane_stats, {s}.lane_total, {s}.lane_depth, {s}.job'));

/** The minute that it was so many seconds ago, by the database's clock. */
const minuteAgo = async (secs: number): Promise<number> =>
  Number(
    await schema.value(`select extract(epoch from date_trunc('minute', now() - make_interval(secs => $1)))`, [secs]),
  );

function counted(started: number, waitedMs = 10): LaneCounts {
  const counts = new LaneCounts();
  for (let i = 0; i < started; i += 1) {
    counts.start(waitedMs);
    counts.end('succeeded', 2 * waitedMs);
  }
  return counts;
}

interface Recorded {
  readonly keeperId: string;
  readonly rev: number;
  readonly atSecs: number;
  readonly counts: LaneCounts;
  readonly name?: string;
}

const record = ({ keeperId, rev, atSecs, counts, name = 'JOB' }: Recorded) =>
  recordStats(session, tables, { keeperId, rev, minutes: [{ atSecs, channel: 'DEFAULT', name, counts }] });
const roll = (limit = 100) => rollStats(session, tables, { limit });
const rows = (where: string) =>
  schema.rows(`select span_secs, process_id::text as by, rev, started::int, run_ms, run_max_ms,
    (select sum(w)::int from unnest(waits) w) as waited from {s}.lane_stats where ${where} order by 1, 2`);
/** So that they are not written any more. */
const grownOld = (secs: number) => schema.rows(`update {s}.lane_stats set at = at - make_interval(secs => $1)`, [secs]);
const NOBODY = '00000000-0000-0000-0000-000000000000';
const LONG_AGO_SECS = 3_600;

describe('recording figures', () => {
  it('writes rows of its own in absolute numbers: a copy changes nothing, nor one that comes late', async () => {
    const keeperId = uuidv4();
    const atSecs = await minuteAgo(0);
    const older = { keeperId, rev: 1, atSecs, counts: counted(1) };
    const newer = { keeperId, rev: 2, atSecs, counts: counted(3) };
    for (const copy of [older, newer, newer, older]) await record(copy);
    expect(await rows('true')).toEqual([
      { span_secs: 60, by: keeperId, rev: 2, started: 3, run_ms: 60, run_max_ms: 20, waited: 3 },
    ]);
  });

  it('keeps the rows of two that count the same lane apart', async () => {
    const atSecs = await minuteAgo(0);
    for (const keeperId of [uuidv4(), uuidv4()]) await record({ keeperId, rev: 1, atSecs, counts: counted(2) });
    expect(await rows('true')).toHaveLength(2);
  });

  it('refuses minutes that may be rolled up already, and tells the time', async () => {
    const now = await record({ keeperId: uuidv4(), rev: 1, atSecs: (await minuteAgo(0)) - 180, counts: counted(1) });
    expect(await rows('true')).toEqual([]);
    const drift = await schema.value(`select abs(extract(epoch from now()) * 1000 - $1)::int`, [now]);
    expect(drift).toBeLessThan(20_000);
  });
});

describe('rolling figures up', () => {
  it('moves what is old to the minute, the hour and the total, once', async () => {
    const atSecs = await minuteAgo(0);
    for (const keeperId of [uuidv4(), uuidv4(), uuidv4()])
      await record({ keeperId, rev: 1, atSecs, counts: counted(2) });
    expect(await roll()).toBe(0);
    await grownOld(LONG_AGO_SECS);
    expect(await roll(2)).toBe(2);
    expect(await roll(2)).toBe(1);
    expect(await roll(2)).toBe(0);
    const all = { by: NOBODY, rev: 0, started: 6, run_ms: 120, run_max_ms: 20, waited: 6 };
    expect(await rows('true')).toEqual([
      { span_secs: 60, ...all },
      { span_secs: 3600, ...all },
    ]);
    const [total] = await readTotals(session, tables, null);
    expect(total).toMatchObject({ channel: 'DEFAULT', name: 'JOB', counts: { started: 6, succeeded: 6 }, waitMs: 60 });
    expect(total?.waits.reduce((sum, n) => sum + n, 0)).toBe(6);
  });

  it('adds up totals that do not fall while rows are moved', async () => {
    const atSecs = await minuteAgo(0);
    const started = async () => (await readTotals(session, tables, null)).map(({ counts }) => counts['started']);
    await record({ keeperId: uuidv4(), rev: 1, atSecs, counts: counted(2) });
    await grownOld(LONG_AGO_SECS);
    await record({ keeperId: uuidv4(), rev: 1, atSecs, counts: counted(1) });
    expect(await started()).toEqual([3]);
    await roll();
    expect(await started()).toEqual([3]);
    await record({ keeperId: uuidv4(), rev: 1, atSecs, counts: counted(5) });
    expect(await started()).toEqual([8]);
  });

  it('passes over the rows that another roller is moving, and waits for none', async () => {
    const atSecs = await minuteAgo(0);
    for (const name of ['A', 'B']) await record({ keeperId: uuidv4(), rev: 1, atSecs, counts: counted(1), name });
    await grownOld(LONG_AGO_SECS);
    const moved = await whileLocked(schema, "delete from {s}.lane_stats where name = 'A'", [], () => roll());
    expect(moved).toBe(1);
    expect(await roll()).toBe(1);
  });

  it('deletes minutes after a day, and hours after 90', async () => {
    await record({ keeperId: uuidv4(), rev: 1, atSecs: await minuteAgo(0), counts: counted(1) });
    await grownOld(LONG_AGO_SECS);
    await roll();
    expect(await pruneStats(session, tables, { limit: 10 })).toBe(0);
    await grownOld(86_400);
    expect(await pruneStats(session, tables, { limit: 10 })).toBe(1);
    expect((await rows('true')).map(({ span_secs }) => span_secs)).toEqual([3600]);
    await grownOld(90 * 86_400);
    expect(await pruneStats(session, tables, { limit: 10 })).toBe(1);
    expect(await rows('true')).toEqual([]);
  });
});

describe('counting the jobs that wait', () => {
  const depths = () =>
    schema.rows(
      'select channel, name, ready::int, scheduled::int, running::int, oldest_ready_at from {s}.lane_depth order by 1, 2',
    );

  it('is done once a minute, by lane and for all', async () => {
    await statements.insert({}, {}, { name: 'OTHER', delaySecs: 60 });
    expect(await sampleDepth(session, tables, null)).toBeGreaterThanOrEqual(0);
    await schema.rows('update {s}.lane_depth set at = date_trunc($1, now())', ['minute']); // should the minute have ended
    await statements.insert({});
    expect(await sampleDepth(session, tables, null)).toBeNull();
    expect(await depths()).toEqual([
      { channel: '', name: '', ready: 2, scheduled: 1, running: 0, oldest_ready_at: expect.any(Date) },
      { channel: 'DEFAULT', name: 'JOB', ready: 2, scheduled: 0, running: 0, oldest_ready_at: expect.any(Date) },
      { channel: 'DEFAULT', name: 'OTHER', ready: 0, scheduled: 1, running: 0, oldest_ready_at: null },
    ]);
  });

  it('leaves a note where there is no job', async () => {
    expect(await sampleDepth(session, tables, null)).toBeGreaterThanOrEqual(0);
    expect(await depths()).toEqual([
      { channel: '', name: '', ready: 0, scheduled: 0, running: 0, oldest_ready_at: null },
    ]);
  });
});
