import {
  listSchedules,
  pauseSchedule,
  putSchedules,
  readSchedules,
  removeSchedule,
  resumeSchedule,
} from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const { session, tables } = statementsOf(schema);

beforeEach(() => empty(schema));

const entry = (key: string, more: Partial<Parameters<typeof putSchedules>[2]['changes'][number]> = {}) => ({
  id: null,
  revision: 0,
  jobName: 'A',
  key,
  origin: 'api' as const,
  ruleText: '{"everySecs": 60}',
  payloadText: '{"b": 1,"a":2}',
  nextAtMs: 1_780_000_000_123,
  ...more,
});
const put = (...changes: readonly ReturnType<typeof entry>[]) => putSchedules(session, tables, { changes, gone: [] });
const read = async (key: string, jobName = 'A') =>
  (await readSchedules(session, tables, { jobName, keys: [key] })).rows[0];

describe('a schedule', () => {
  it('is entered, and read as it was given, with the time of the database', async () => {
    expect(await put(entry('k'))).toBe(1);
    const { rows, nowMs } = await readSchedules(session, tables, { jobName: 'A', keys: ['k', 'none'] });
    expect(rows).toEqual([
      {
        id: expect.any(String),
        jobName: 'A',
        key: 'k',
        origin: 'api',
        rule: { everySecs: 60 },
        ruleText: '{"everySecs": 60}',
        payloadText: '{"b": 1,"a":2}',
        nextAtMs: 1_780_000_000_123,
        lastAtMs: null,
        lastJobId: null,
        pausedAtMs: null,
        updatedAtMs: expect.any(Number),
        revision: 0,
      },
    ]);
    expect(Math.abs(nowMs - Number(await schema.value('select extract(epoch from now()) * 1000')))).toBeLessThan(
      10_000,
    );
    expect(await readSchedules(session, tables, { jobName: 'B', keys: ['k'] })).toMatchObject({ rows: [] });
  });

  it('that somebody has entered meanwhile is left alone, and so is one that is not what it was', async () => {
    await put(entry('k'));
    expect(await put(entry('k', { payloadText: '1' }), entry('other'))).toBe(1);
    const was = await read('k');
    const id = was?.id ?? '';
    expect(await put(entry('k', { id, revision: 7, payloadText: '1' }))).toBe(0);
    expect(await putSchedules(session, tables, { changes: [], gone: [{ id, revision: 7 }] })).toBe(0);
    expect(await read('k')).toEqual(was);
    expect(await put(entry('k', { id, payloadText: '1', nextAtMs: null as never }))).toBe(1);
    expect(await read('k')).toMatchObject({ payloadText: '1', nextAtMs: was?.nextAtMs, revision: 1 });
    expect(await putSchedules(session, tables, { changes: [], gone: [{ id, revision: 1 }] })).toBe(1);
    expect(await read('k')).toBe(undefined);
  });

  it('is read beside those that its definition has entered', async () => {
    await put(entry('a', { origin: 'definition' as never }), entry('b'), entry('c', { origin: 'repeat' as never }));
    const { rows } = await readSchedules(session, tables, { jobName: 'A', keys: ['b'], declared: 'too' });
    expect(rows.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  it('that two processes change at once in another order keeps neither waiting for the other', async () => {
    await put(entry('a'), entry('b'));
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await read('a'), await read('b')];
      const change = (key: string, row: typeof a) => entry(key, { id: row?.id as never, revision: row?.revision ?? 0 });
      const done = await Promise.all([put(change('a', a), change('b', b)), put(change('b', b), change('a', a))]);
      expect(done[0] + done[1]).toBe(2);
    }
  });

  it('is paused, resumed and removed; twice is no harm', async () => {
    await put(entry('k'));
    const named = { jobName: 'A', key: 'k' };
    expect(await pauseSchedule(session, tables, named)).toBe(true);
    const paused = await read('k');
    expect(await pauseSchedule(session, tables, named)).toBe(true);
    expect((await read('k'))?.pausedAtMs).toBe(paused?.pausedAtMs);
    const { id = '', revision = 0 } = (await read('k')) ?? {};
    expect(await resumeSchedule(session, tables, { id, revision: revision - 1, nextAtMs: 5 })).toBe(false);
    expect(await resumeSchedule(session, tables, { id, revision, nextAtMs: 5_000 })).toBe(true);
    expect(await read('k')).toMatchObject({ pausedAtMs: null, nextAtMs: 5_000, revision: revision + 1 });
    expect(await resumeSchedule(session, tables, { id, revision: revision + 1, nextAtMs: 6_000 })).toBe(false);
    expect(await removeSchedule(session, tables, named)).toBe(true);
    expect(await removeSchedule(session, tables, named)).toBe(false);
    expect(await pauseSchedule(session, tables, named)).toBe(false);
  });

  it('waits to be paused until a tick that is under way is over', async () => {
    await put(entry('k'));
    let isPaused = false;
    let pausing: Promise<unknown> = Promise.resolve();
    await whileLocked(schema, 'select 1 from {s}.schedule for update', [], async () => {
      pausing = pauseSchedule(session, tables, { jobName: 'A', key: 'k' }).then(() => {
        isPaused = true;
      });
      await put(entry('x'), entry('y'));
      expect(isPaused).toBe(false);
    });
    await pausing;
    expect(isPaused).toBe(true);
  });

  it('is listed by name and key, in bytes, a page at a time', async () => {
    await put(...['b', 'B', 'a'].map((key) => entry(key)), entry('z', { jobName: 'Z' as never }));
    const list = (jobName: string | null, after: readonly [string, string], limit: number) =>
      listSchedules(session, tables, { jobName, after, limit });
    const keys = async (...args: Parameters<typeof list>) => (await list(...args)).map(({ key }) => key);
    expect(await keys(null, ['', ''], 10)).toEqual(['B', 'a', 'b', 'z']);
    expect(await keys(null, ['A', 'a'], 1)).toEqual(['b']);
    expect(await keys('A', ['A', 'b'], 10)).toEqual([]);
  });
});
