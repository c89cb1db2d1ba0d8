import { describe, expect, it } from '@jest/globals';
import { Orchestrator, Worker } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { holdingClaims } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening, until } from '../support/until.ts';

const schema = useSchema();
const direct = useSchema({ way: 'direct' });
const daemons = useDaemons();

const workers = () => schema.value('select count(*)::int from {s}.process');

describe('stopping a Worker', () => {
  it('lets its running jobs finish, takes no more, and resolves when all is recorded', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'FINISHES', () => finish.opened);
    const worker = daemons.worker(context, { concurrency: 2 });
    const ids = [await definition.enqueue(), await definition.enqueue()];
    await until('two run', () => runs.length === 2);
    const waiting = await definition.enqueue();
    let isStopped = false;
    const stopped = worker.stop().then(() => {
      isStopped = true;
    });
    await schema.value('select 1');
    expect(isStopped).toBe(false);
    finish.open();
    await stopped;
    for (const jobId of ids) {
      expect(events.of('WORKER_JOB_RUN_SUCCESS', jobId)).toHaveLength(1);
      expect(await schema.value('select outcome::text from {s}.finalized_job where id = $1', [jobId])).toBe(
        'succeeded',
      );
    }
    expect(runs).toHaveLength(2);
    expect(await schema.rows('select state::text, attempt, process_id from {s}.job where id = $1', [waiting])).toEqual([
      { state: 'ready', attempt: 0, process_id: null },
    ]);
    expect(await workers()).toBe(0);
  });

  it('releases what it claimed ahead and did not start, without spending an attempt, and says so', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<number>(context, 'AHEAD', (n) => n === 300 && finish.opened);
    const ids: string[] = await Promise.all(Array.from({ length: 400 }, (_, n) => definition.enqueue(n)));
    const worker = daemons.worker(context);
    await until('it is held up', () => runs.length === 301);
    const stopped = worker.stop();
    await events.waitFor('WORKER_JOB_RELEASE');
    finish.open();
    await stopped;
    const released = events.of('WORKER_JOB_RELEASE').map(({ jobId }) => jobId);
    expect(new Set(released).size).toBe(released.length);
    expect(released.every((jobId) => ids.indexOf(jobId) > 300)).toBe(true);
    expect(new Set(events.of('WORKER_JOB_RELEASE').map(({ workerId }) => workerId))).toEqual(new Set([worker.id]));
    const left = `select count(*)::int from {s}.job where name = 'AHEAD' and state = 'ready' and attempt = 0 and process_id is null`;
    expect(await schema.value(left)).toBe(99);
    expect(runs).toHaveLength(301);
    expect(await workers()).toBe(0);
  });

  it('releases the rest of a group that it works through, and frees the group', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<number>(context, 'RUN', (n) => n === 150 && finish.opened);
    for (let n = 0; n < 200; n += 1) await definition.enqueue(n, { jobGroup: 'run' });
    const worker = daemons.worker(context);
    await until('it is held up', () => runs.length === 151);
    const stopped = worker.stop();
    finish.open();
    await stopped;
    expect(runs.map(({ payload }) => payload)).toEqual(Array.from({ length: 151 }, (_, n) => n));
    expect(await schema.value(`select running from {s}.job_group where name = 'run'`)).toBe(0);
    expect(await schema.value(`select max(attempt) from {s}.job where name = 'RUN'`)).toBe(0);
    const next = schema.context();
    const nextEvents = logEvents(next);
    const rest = await notedJob<number>(next, 'RUN');
    daemons.worker(next, { concurrency: 3 });
    await nextEvents.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 49 });
    expect(rest.runs.map(({ payload }) => payload)).toEqual(Array.from({ length: 49 }, (_, n) => 151 + n));
    expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
  });

  it('wakes the workers of other processes for what it releases: they need not wait for a poll', async () => {
    const [context, other] = [direct.context(), direct.context({ pollSecs: 3_600 })];
    const otherEvents = logEvents(other);
    const finish = gate();
    const { definition, runs } = await notedJob<number>(context, 'TOLD', (n) => n === 100 && finish.opened);
    for (let n = 0; n < 140; n += 1) await definition.enqueue(n, { jobGroup: 'told' });
    const worker = daemons.worker(context);
    await until('it is held up', () => runs.length === 101);
    await notedJob<number>(other, 'TOLD');
    daemons.worker(other);
    await listening(direct, 2);
    const stopped = worker.stop();
    finish.open();
    await stopped;
    await otherEvents.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 39 });
  });

  it('can be done twice, one after the other and at once', async () => {
    const context = schema.context();
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'TWICE', () => finish.opened);
    const worker = daemons.worker(context);
    await definition.enqueue();
    await until('it runs', () => runs.length === 1);
    const both = Promise.all([worker.stop(), worker.stop()]);
    finish.open();
    await both;
    await worker.stop();
    expect(runs).toHaveLength(1);
  });

  it('before it has started keeps it from starting', async () => {
    const context = schema.context();
    const { definition, runs } = await notedJob<null>(context, 'NEVER');
    const jobId = await definition.enqueue();
    await new Worker({ context }).stop();
    await new Orchestrator({ context }).stop();
    expect(await workers()).toBe(0);
    expect(await schema.value('select fence from {s}.job where id = $1', [jobId])).toBe(0);
    expect(runs).toHaveLength(0);
  });

  it('right after its start leaves nothing behind', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'SHORT');
    await Promise.all(Array.from({ length: 50 }, () => definition.enqueue()));
    for (let turns = 0; turns < 12; turns += 1) {
      const worker = daemons.worker(context, { concurrency: 3 });
      for (let i = 0; i < turns; i += 1) await new Promise((next) => setImmediate(next));
      await worker.stop();
      expect(await workers()).toBe(0);
      expect(await schema.value(`select count(*)::int from {s}.job where state = 'running'`)).toBe(0);
    }
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });

  it('during a claim releases what that claim brings', async () => {
    const { driver, claimed, answer } = holdingClaims(schema.driver());
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'DURING');
    const jobId = await definition.enqueue(null, { jobGroup: 'during', channel: 'DURING' });
    const other = daemons.worker(context, { channels: ['OTHER'] });
    const worker = daemons.worker(context, { channels: ['DURING'] });
    await claimed;
    const stopped = worker.stop();
    answer('comes');
    await stopped;
    await events.waitFor('WORKER_JOB_RELEASE', { jobId });
    expect(runs).toHaveLength(0);
    expect(await schema.rows('select state::text, attempt from {s}.job where id = $1', [jobId])).toEqual([
      { state: 'blocked', attempt: 0 },
    ]);
    expect(await schema.value(`select running from {s}.job_group where name = 'during'`)).toBe(0);
    await other.stop();
    expect(await workers()).toBe(0);
  });

  it('during the last claim of the context releases what that brings, too', async () => {
    const { driver, claimed, answer } = holdingClaims(schema.driver());
    const context = schema.context({}, { driver });
    const { definition, runs } = await notedJob<null>(context, 'LAST_CLAIM');
    const jobId = await definition.enqueue();
    const worker = daemons.worker(context);
    await claimed;
    const stopped = worker.stop();
    answer('comes');
    await stopped;
    expect(runs).toHaveLength(0);
    expect(await schema.rows('select state::text, attempt, process_id from {s}.job where id = $1', [jobId])).toEqual([
      { state: 'ready', attempt: 0, process_id: null },
    ]);
    expect(await workers()).toBe(0);
  });
});
