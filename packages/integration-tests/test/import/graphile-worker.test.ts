import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const open = () => startRival('graphile-worker', schema.url);
const waiting = async () =>
  Number(await schema.value('select count(*)::int from graphile_worker._private_jobs where is_available'));
const argv = ['import', 'graphile-worker', '--from', 'graphile_worker'];
const source = { schema, start, daemons, folder, argv: () => argv, open, waiting };

describe('bearmq import graphile-worker, while both work,', () => {
  importPromises(source);
  pageIsAllOrNothing(source);
});

describe('bearmq import graphile-worker', () => {
  let utils: Rival;
  beforeEach(async () => {
    utils ??= await open();
    await schema.rows('truncate graphile_worker._private_jobs');
    await schema.rows('truncate {s}.job');
  });

  const addJob = (payload: object, spec: object = {}) => utils.call('addJob', 'numbers', payload, spec);
  const run = (entry: unknown, ...more: readonly string[]) =>
    callOn(schema, [...argv, '--map', mapIn(folder, entry), ...more]);
  const jobs = async () =>
    (
      await new Context({ pool: schema.pool, schema: schema.name }).jobs.find({
        states: ['scheduled', 'ready', 'blocked', 'pending'],
      })
    ).jobs;

  it('carries payload, time, priority, attempts, pause and queue, and says in headers where a job was', async () => {
    const runAt = new Date(Date.now() + 3_600_000);
    await addJob({ n: 1 }, { runAt, priority: 7, maxAttempts: 5, queueName: 'ada' });
    await schema.rows('update graphile_worker._private_jobs set attempts = 2');
    await run({ name: 'NUMBERS', channel: 'SLOW' });
    expect((await jobs())[0]).toMatchObject({
      jobName: 'NUMBERS',
      channel: 'SLOW',
      state: 'scheduled',
      priority: -7,
      numAttempts: 3,
      jobGroup: 'ada',
      runAt,
      headers: { 'imported.from': 'graphile-worker', 'imported.queue': 'numbers', 'imported.attempts': '2' },
    });
    const [row] = await schema.rows("select payload, extras -> 'backoff' as backoff from {s}.job");
    // After its third attempt it would wait for e to the power of 3 there.
    expect(row).toEqual({
      payload: { n: 1 },
      backoff: { type: 'exponential', delaySecs: Math.exp(3), maxSecs: Math.exp(10), jitter: 'none' },
    });
  });

  it('leaves what it cannot carry, and says why', async () => {
    await addJob({ n: 1 }, { jobKey: 'a' });
    await addJob({ n: 2 }, { flags: ['heavy'] });
    await addJob({ n: 3 }, { queueName: 'held' });
    await schema.rows(
      "update graphile_worker._private_job_queues set locked_at = now(), locked_by = 'other' where queue_name = 'held'",
    );
    await utils.call('addJob', 'letters', {}, {});
    const { exitCode, out, err } = await run('NUMBERS', '--strict', '--plain');
    expect(exitCode).toBe(1);
    expect(linesOf(out).map(([queue, jobCount, reason]) => [queue, jobCount, reason?.replace(/:.*/, '')])).toEqual(
      expect.arrayContaining([
        ['moved 0 jobs', undefined, undefined],
        ['numbers', '1', 'has a job key'],
        ['numbers', '1', 'has flags'],
        ['numbers', '1', 'its queue runs a job there'],
        ['letters', '1', 'has no entry in the map'],
      ]),
    );
    expect(err).toContain('"letters": "LETTERS"');
    expect(await waiting()).toBe(4);
    await schema.rows('update graphile_worker._private_job_queues set locked_at = null, locked_by = null');
    expect((await run({ name: 'NUMBERS', drop: ['flags'], unique: 'started' })).out).toContain('moved 3 jobs');
  });

  it('leaves a job that a worker has, and one that has failed for good', async () => {
    await addJob({ n: 1 });
    await addJob({ n: 2 }, { maxAttempts: 1 });
    await schema.rows("update graphile_worker._private_jobs set locked_at = now() where payload ->> 'n' = '1'");
    await schema.rows("update graphile_worker._private_jobs set attempts = 1 where payload ->> 'n' = '2'");
    const { out } = await run('NUMBERS');
    expect(out).toBe('moved 0 jobs\nleft 1 job that graphile-worker runs now\n');
  });

  it('shows the lines of a crontab as schedules', async () => {
    const crontab = join(folder, 'crontab');
    writeFileSync(
      crontab,
      [
        '# nightly',
        '30 4 * * 1 numbers ?id=weekly&fill=2d&max=10&priority=-5&queue=mails {"n":1}',
        '*/5 * * * * letters {n:1}',
      ].join('\n'),
    );
    const { out } = await run('NUMBERS', '--crontab', crontab);
    expect(out).toContain(
      "// NUMBERS\n  schedules: [{ key: 'weekly', cron: '30 4 * * 1', catchUp: 'all', maxLateSecs: 172800, numAttempts: 10, priority: 5, jobGroup: 'mails', payload: { n: 1 } }],",
    );
    expect(out).toContain(
      "// letters (no entry in the map): its payload is no JSON: {n:1}\n  schedules: [{ key: 'letters', cron: '*/5 * * * *', catchUp: 'none' }],",
    );
  });
});
