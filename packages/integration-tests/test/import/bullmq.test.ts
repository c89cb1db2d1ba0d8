import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningRedis, startRedis } from '@bearmq/test-database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Context } from 'bearmq';
import { Redis } from 'ioredis';
import { useBin } from '../cli/support/bin.ts';
import { call, callOn } from '../cli/support/call.ts';
import { linesOf } from '../cli/support/golden.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';
import { importPromises, mapIn, range } from './support/import-promises.ts';
import { endRivals, type Rival, startRival } from './support/rival.ts';

const redis: RunningRedis | undefined = await startRedis();
if (redis === undefined) console.warn('There is no redis-server in the PATH: the import from BullMQ is not tested.');
const maybe = redis === undefined ? describe.skip : describe;
const url = `redis://127.0.0.1:${redis?.port}`;

const schema = useSchema({ way: 'direct' });
const start = useBin();
const daemons = useDaemons();
const folder = mkdtempSync(join(tmpdir(), 'bearmq-import-'));
let client: Redis;
endRivals();

beforeAll(() => {
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  if (redis !== undefined) client = new Redis(url);
});

afterAll(async () => {
  client?.disconnect();
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = () => startRival('bullmq', String(redis?.port));
const argv = () => ['import', 'bullmq', '--redis', url, '--queue', 'numbers'];
const countOf = async (command: 'llen' | 'zcard' | 'hlen', key: string) => await client[command](`bull:numbers:${key}`);
const waiting = async () =>
  (await countOf('llen', 'wait')) + (await countOf('zcard', 'delayed')) + (await countOf('zcard', 'prioritized'));
const taken = () => countOf('hlen', 'bearmq:taken');
const run = (entry: unknown, ...more: readonly string[]) =>
  callOn(schema, [...argv(), '--map', mapIn(folder, entry), ...more]);

maybe('bearmq import bullmq, while both work,', () => {
  importPromises({ schema, start, daemons, folder, argv, open, waiting });
});

maybe('bearmq import bullmq', () => {
  let queue: Rival;
  beforeEach(async () => {
    queue ??= await open();
    await redis?.empty();
    await schema.rows('truncate {s}.job, {s}.unique_key');
  });

  const add = (data: object, opts: object = {}, name = 'number') => queue.call('add', name, data, opts);
  /** A job whose child has run, and one whose parent waits for it. */
  const addFlow = async () => {
    await add({ n: 5 }, { jobId: 'parent' });
    await client.hset('bull:numbers:parent:processed', 'bull:numbers:child', '1');
    await add({ n: 6 }, { parent: { id: 'parent', queue: 'bull:numbers' } });
  };
  const jobs = async () =>
    (
      await new Context({ pool: schema.pool, schema: schema.name }).jobs.find({
        states: ['scheduled', 'ready', 'blocked', 'pending'],
      })
    ).jobs;

  /** Starts an import that waits with its enqueue until it is let go. */
  const heldImport = async () => {
    const held = await schema.direct.connect();
    await held.query(`begin; lock table ${schema.q}.job in exclusive mode`);
    const args = [...argv(), '--map', mapIn(folder), '--schema', schema.name];
    const { process, exit } = start(args, { DATABASE_URL: schema.url }, folder);
    await until('it has taken jobs', async () => (await taken()) > 0);
    return {
      letGo: async () => {
        await held.query('rollback');
        held.release();
      },
      kill: async () => {
        process.kill('SIGKILL');
        await exit;
      },
    };
  };

  it('enqueues in its next run what it had taken when it was killed', async () => {
    await queue.add(range(0, 300));
    const { letGo, kill } = await heldImport();
    await kill();
    await letGo();
    expect((await taken()) + (await waiting())).toBe(300);
    expect(await jobs()).toEqual([]);
    expect((await run('NUMBERS')).out).toContain('moved 300 jobs');
    expect([await taken(), await waiting(), (await client.keys('bull:numbers:[0-9]*')).length]).toEqual([0, 0, 0]);
    const numbers = await schema.rows("select (payload ->> 'n')::int as n from {s}.job order by 1");
    expect(numbers.map(({ n }) => n)).toEqual(range(0, 300));
  });

  it('does not enqueue again what was enqueued, where Redis was not told before it was killed', async () => {
    await queue.add(range(0, 100));
    const { letGo, kill } = await heldImport();
    await client.call('CLIENT', 'PAUSE', '60000', 'WRITE'); // no job is deleted there from now on
    await letGo();
    await until('they are enqueued', async () => (await schema.value('select count(*)::int from {s}.job')) === 100);
    await kill();
    await client.call('CLIENT', 'UNPAUSE');
    expect((await run('NUMBERS')).exitCode).toBe(0);
    expect(await taken()).toBe(0);
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(100);
  });

  it('carries payload, time, priority, attempts and backoff, and says in headers where a job was', async () => {
    const before = Date.now();
    await add(
      { n: 1 },
      {
        jobId: 'one',
        delay: 3_600_000,
        priority: 3,
        attempts: 4,
        backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
      },
    );
    await client.hset('bull:numbers:one', 'atm', 1);
    await run({ name: 'NUMBERS', channel: 'SLOW' });
    const [job] = await jobs();
    expect(job).toMatchObject({
      jobName: 'NUMBERS',
      channel: 'SLOW',
      state: 'scheduled',
      priority: -3,
      numAttempts: 3,
      headers: {
        'imported.from': 'bullmq',
        'imported.queue': 'numbers',
        'imported.id': 'one',
        'imported.attempts': '1',
      },
    });
    expect(Math.abs((job?.runAt?.getTime() ?? 0) - before - 3_600_000)).toBeLessThan(60_000);
    const [row] = await schema.rows("select payload, extras -> 'backoff' as backoff from {s}.job");
    expect(row).toEqual({ payload: { n: 1 }, backoff: { type: 'exponential', delaySecs: 4, jitter: 'half' } });
  });

  it('moves a job of an id that comes again', async () => {
    await add({ n: 1 }, { jobId: 'one' });
    await run('NUMBERS');
    await add({ n: 2 }, { jobId: 'one' });
    expect((await run('NUMBERS')).out).toContain('moved 1 job\n');
    expect((await jobs()).length).toBe(2);
  });

  it('tells the jobs of a queue apart by their name', async () => {
    await add({ n: 1 }, {}, 'welcome');
    await add({ n: 2 }, {}, 'other');
    const map = join(folder, 'names.json');
    writeFileSync(map, JSON.stringify({ 'numbers:welcome': 'WELCOME' }));
    const { out } = await callOn(schema, [...argv(), '--map', map, '--plain']);
    expect(linesOf(out)).toEqual(
      expect.arrayContaining([
        ['numbers', 'WELCOME', '1'],
        ['numbers', '1', 'has no entry in the map (its name is "other")', expect.anything()],
      ]),
    );
  });

  it('leaves what it cannot carry, and says why', async () => {
    await add({ n: 1 }, { deduplication: { id: 'a' } });
    await add({ n: 2 }, { backoff: { type: 'own' } });
    await add({ n: 3, text: 'a \0 in it' });
    await queue.call('upsertJobScheduler', 'hourly', { every: 3_600_000 }, { name: 'number', data: { n: 4 } });
    await addFlow();
    const { exitCode, out } = await run('NUMBERS', '--strict', '--plain');
    expect(exitCode).toBe(1);
    const told = linesOf(out).map(([name, count, reason]) => [name, count, reason?.replace(/:.*/, '')]);
    expect(told).toEqual(
      expect.arrayContaining([
        ['numbers', '1', 'has a deduplication id'],
        ['numbers', '1', 'has the backoff "own"'],
        ['numbers', '1', expect.stringContaining('its payload has a text with a NUL character')],
        ['numbers', '1', 'is the next one of the job scheduler "hourly"'],
        ['numbers', '2', 'is part of a flow'],
      ]),
    );
    expect([await waiting(), await taken()]).toEqual([6, 0]);
    expect((await run({ name: 'NUMBERS', drop: ['deduplication', 'backoff'] })).out).toContain('moved 2 jobs');
  });

  it('shows job schedulers as they are written here, or sets them and removes them there', async () => {
    const data = { n: 1 };
    await queue.call(
      'upsertJobScheduler',
      'nightly',
      { pattern: '0 3 * * *', tz: 'Europe/Berlin' },
      { name: 'number', data },
    );
    await queue.call('upsertJobScheduler', 'often', { every: 90_000 }, { name: 'number', data });
    const { out } = await run('NUMBERS');
    expect(out).toContain("key: 'nightly', cron: '0 3 * * *', timeZone: 'Europe/Berlin'");
    expect(out).toContain("key: 'often', everySecs: 90");
    expect((await run('NUMBERS', '--set-schedules')).out).toContain(
      "set the schedule NUMBERS often, which was BullMQ's",
    );
    const context = new Context({ pool: schema.pool, schema: schema.name });
    expect(await context.schedules.get('NUMBERS', 'nightly')).toMatchObject({ cron: '0 3 * * *' });
    expect(await waiting()).toBe(0);
    expect((await run('NUMBERS')).out).toBe('moved 0 jobs\n');
    // The first tick of an interval was due at once: no scheduler waits for its job any more.
    expect((await jobs()).length).toBe(1);
  });
});

describe('bearmq import bullmq, without what it needs,', () => {
  it('says where there is no Redis', async () => {
    expect(
      await callOn(schema, ['import', 'bullmq', '--redis', 'redis://127.0.0.1:1', '--queue', 'numbers']),
    ).toMatchObject({ exitCode: 3, err: expect.stringContaining('--redis: cannot connect to it: ') });
  });

  it('says where the package is missing', async () => {
    const bin = start(['import', 'bullmq', '--queue', 'numbers'], { DATABASE_URL: schema.url }, tmpdir());
    expect(await bin.exit).toBe(2);
    expect(bin.err()).toContain('needs the package bullmq, which is not installed here: npm install bullmq ioredis');
  });

  it('asks for the queue', async () => {
    expect(await call(['import', 'bullmq'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--queue: is missing'),
    });
  });
});
