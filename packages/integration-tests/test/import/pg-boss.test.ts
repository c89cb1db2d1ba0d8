import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Context } from 'bearmq';
import { useBin } from '../cli/support/bin.ts';
import { callOn } from '../cli/support/call.ts';
import { linesOf } from '../cli/support/golden.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { importPromises, mapIn, pageIsAllOrNothing } from './support/import-promises.ts';
import { endRivals, type Rival, startRival } from './support/rival.ts';

const schema = useSchema({ database: 'own', way: 'direct' });
const start = useBin();
const daemons = useDaemons();
const folder = mkdtempSync(join(tmpdir(), 'bearmq-import-'));
endRivals();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = () => startRival('pg-boss', schema.url);
const waiting = async () => Number(await schema.value("select count(*)::int from pgboss.job where state < 'active'"));
const argv = ['import', 'pg-boss', '--from', 'pgboss'];
const source = { schema, start, daemons, folder, argv: () => argv, open, waiting };

describe('bearmq import pg-boss, while both work,', () => {
  importPromises(source);
  pageIsAllOrNothing(source);
});

describe('bearmq import pg-boss', () => {
  let boss: Rival;
  beforeEach(async () => {
    boss ??= await open();
    for (const table of ['schedule', 'job']) await schema.rows(`delete from pgboss.${table}`);
    await schema.rows('truncate {s}.job');
  });

  const send = (data: object, options: object = {}, queue = 'numbers') => boss.call('send', queue, data, options);
  const run = (entry: unknown, ...more: readonly string[]) =>
    callOn(schema, [...argv, '--map', mapIn(folder, entry), ...more]);
  const jobs = async () =>
    (
      await new Context({ pool: schema.pool, schema: schema.name }).jobs.find({
        states: ['scheduled', 'ready', 'blocked', 'pending'],
      })
    ).jobs;

  it('carries payload, time, priority, attempts, pause and limit, and says in headers where a job was', async () => {
    const startAfter = new Date(Date.now() + 3_600_000);
    await send(
      { n: 1 },
      { startAfter, priority: 7, retryLimit: 4, retryDelay: 3, expireInSeconds: 60, singletonKey: 'ada' },
    );
    await run({ name: 'NUMBERS', channel: 'SLOW' });
    const [job] = await jobs();
    expect(job).toMatchObject({
      jobName: 'NUMBERS',
      channel: 'SLOW',
      state: 'scheduled',
      priority: 7,
      numAttempts: 5,
      runAt: startAfter,
      headers: { 'imported.from': 'pg-boss', 'imported.queue': 'numbers', 'imported.key': 'ada' },
    });
    const [row] = await schema.rows("select payload, timeout_secs, extras -> 'maxRunSecs' as max from {s}.job");
    expect(row).toEqual({ payload: { n: 1 }, timeout_secs: 3, max: 60 });
  });

  it('goes on with the attempts of a job that has failed before, and with its growing pause', async () => {
    await send({ n: 1 }, { retryLimit: 4, retryDelay: 10, retryBackoff: true, retryDelayMax: 1_000 });
    await schema.rows("update pgboss.job set state = 'retry', started_on = now(), retry_count = 1");
    await run('NUMBERS');
    const [row] = await schema.rows("select num_attempts, extras -> 'backoff' as backoff from {s}.job");
    // The pause after its third attempt is from 40 to 80 seconds there.
    expect(row).toEqual({
      num_attempts: 3,
      backoff: { type: 'exponential', delaySecs: 80, maxSecs: 1_000, jitter: 'half' },
    });
    expect((await jobs())[0]?.headers).toMatchObject({ 'imported.attempts': '2' });
  });

  it('leaves what it cannot carry, and says why', async () => {
    await boss.call('createQueue', 'dead');
    await send({ n: 1 }, { deadLetter: 'dead' });
    await send({ n: 2 }, { singletonSeconds: 60, singletonKey: 'a' });
    await send({ n: 3 }, { group: { id: 'ada' } });
    await send(JSON.parse(`${'{"a":'.repeat(1_001)}1${'}'.repeat(1_001)}`) as object);
    await send({ n: 5 }, {}, 'dead');
    const { exitCode, out, err } = await run('NUMBERS', '--strict', '--plain');
    expect(exitCode).toBe(1);
    const told = linesOf(out).map(([queue, jobCount, reason]) => [queue, jobCount, reason?.replace(/:.*/, '')]);
    expect(told).toEqual(
      expect.arrayContaining([
        ['moved 0 jobs', undefined, undefined],
        ['numbers', '1', 'has a dead letter queue'],
        ['numbers', '1', 'is unique (its policy, or singletonSeconds)'],
        ['numbers', '1', 'has a group'],
        ['numbers', '1', 'its payload is nested more than 1000 levels deep; pass a flatter one'],
        ['dead', '1', 'has no entry in the map'],
      ]),
    );
    expect(err).toContain('"dead": "DEAD"');
    expect(await waiting()).toBe(5);
    expect(await run({ name: 'NUMBERS', drop: ['deadLetter'], unique: 'started', group: 'groupId' })).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('moved 3 jobs'),
    });
    expect((await jobs()).map(({ jobGroup }) => jobGroup).sort()).toEqual(['ada', null, null]);
  });

  it('lets a job with the same unique key stand for one, where the map says that keys are held', async () => {
    await send({ n: 1 }, { singletonSeconds: 60, singletonKey: 'a' });
    await run({ name: 'NUMBERS', unique: 'started' });
    await send({ n: 2 }, { singletonSeconds: 60, singletonKey: 'a' });
    const { out } = await run({ name: 'NUMBERS', unique: 'started' });
    expect(out).toContain('1 job of them had the unique key of a waiting job, which stands for it');
    expect(await schema.rows('select payload from {s}.job')).toEqual([{ payload: { n: 1 } }]);
  });

  it('shows schedules as they are written here, or sets them and deletes them there', async () => {
    await boss.call('schedule', 'numbers', '0 3 * * 1', { n: 9 }, { tz: 'Europe/Berlin', key: 'weekly' });
    const { out } = await run('NUMBERS');
    expect(out).toContain(
      "// NUMBERS\n  schedules: [{ key: 'weekly', cron: '0 3 * * 1', timeZone: 'Europe/Berlin', catchUp: 'none', payload: { n: 9 } }],",
    );
    expect((await run('NUMBERS', '--set-schedules')).out).toContain(
      "set the schedule NUMBERS weekly, which was pg-boss's of numbers",
    );
    expect(await schema.rows('select name from pgboss.schedule')).toEqual([]);
    const context = new Context({ pool: schema.pool, schema: schema.name });
    expect(await context.schedules.get('NUMBERS', 'weekly')).toMatchObject({
      cron: '0 3 * * 1',
      timeZone: 'Europe/Berlin',
    });
  });

  it('says where there is no pg-boss', async () => {
    expect(await callOn(schema, ['import', 'pg-boss', '--from', 'nowhere'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--from: "nowhere": has no table "job" in this database'),
    });
  });

  it.each([
    [{ name: 'NUMBERS', chanel: 'X' }, 'chanel: is not known; there are name, channel, group, unique, drop'],
    [{ name: 'NUMBERS', drop: ['deadleter'] }, 'give one of deadLetter, group, unique'],
    [{ channel: 'X' }, 'name: must be a text that is not empty'],
  ])('refuses a map with %j', async (entry, problem) => {
    expect(await run(entry)).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining(problem) });
  });
});
