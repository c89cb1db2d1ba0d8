import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted, deaf, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening, until } from '../support/until.ts';

const schema = useSchema();
const direct = useSchema({ way: 'direct' });
const daemons = useDaemons();

/** Polling would find a job only after an hour: whatever runs in time was told of. */
const HARDLY_POLLING = { pollSecs: 3_600 } as const;

/** What tells others of a job: by itself, or with the first after a quiet moment, as any is on a machine that is slow. */
const TELL: readonly string[] = ['bearmq_notify', 'bearmq_enqueue_first'];

describe('an idle worker that listens', () => {
  it('starts a job that another process enqueued long before it would look', async () => {
    const context = direct.context(HARDLY_POLLING);
    const events = logEvents(context);
    await notedJob<null>(context, 'TOLD');
    daemons.worker(context);
    await listening(direct);
    const elsewhere = direct.context({}, { driver: direct.newDriver() });
    const producer = new JobDefinition({ context: elsewhere, name: 'TOLD', workFunction: () => {} });
    for (let i = 0; i < 5; i += 1) {
      const jobId = await producer.enqueue();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    }
  });

  it('hears of the last job of a burst, though notifications are sent sparingly', async () => {
    const context = direct.context(HARDLY_POLLING);
    const events = logEvents(context);
    await notedJob<null>(context, 'BURST');
    daemons.worker(context);
    await listening(direct);
    const sent: string[] = [];
    const driver = intercepted(direct.driver(), async ({ name }, send) => {
      const rows = await send();
      sent.push(name);
      return rows;
    });
    const producer = new JobDefinition({
      context: direct.context({}, { driver }),
      name: 'BURST',
      workFunction: () => {},
    });
    for (let burst = 1; burst <= 10; burst += 1) {
      const start = performance.now();
      for (let i = 0; i < 20; i += 1) await producer.enqueue();
      await until(
        'the last is told of',
        () => sent.findLast((name) => TELL.includes(name) || name === 'bearmq_enqueue') !== 'bearmq_enqueue',
      );
      const notifications = sent.splice(0).filter((name) => name === 'bearmq_notify').length;
      expect(notifications).toBeLessThanOrEqual((performance.now() - start) / 5 + 2);
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 20 * burst });
    }
  });

  it('hears when another process frees a group in which only it can run the next job', async () => {
    const counts = counted(direct.driver());
    const [here, elsewhere] = [
      direct.context(HARDLY_POLLING, { driver: counts.driver }),
      direct.context(HARDLY_POLLING, { pool: direct.newPool() }),
    ];
    const events = logEvents(here);
    const { opened, open } = gate();
    const first = await notedJob<null>(elsewhere, 'FIRST_IN_GROUP', () => opened);
    const second = await notedJob<null>(here, 'SECOND_IN_GROUP');
    daemons.worker(elsewhere);
    daemons.worker(here);
    await listening(direct, 2);
    await first.definition.enqueue(null, { jobGroup: 'shared' });
    await until('the first runs', () => first.runs.length === 1);
    const jobId = await second.definition.enqueue(null, { jobGroup: 'shared' });
    const isOpen = () => direct.value(`select open from {s}.job_turn where name = 'SECOND_IN_GROUP'`);
    await until('the second was passed over', async () => (await isOpen()) === false);
    const claims = counts.of('bearmq_claim');
    open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(counts.of('bearmq_claim')).toBeGreaterThan(claims);
  });

  it('needs no notification for a job of its own process', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({ ...HARDLY_POLLING, wakeUp: 'poll' }, { driver: counts.driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'OWN');
    daemons.worker(context);
    await until('it has looked', () => counts.of('bearmq_claim') > 0);
    for (let i = 0; i < 5; i += 1) {
      const jobId = await definition.enqueue();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    }
  });

  it('connects anew when its connection is cut, runs what it missed, and hears of jobs again', async () => {
    const context = direct.context(HARDLY_POLLING);
    const events = logEvents(context);
    await notedJob<null>(context, 'MISSED');
    daemons.worker(context);
    await listening(direct);
    // Put in by hand, so that nobody is told of it, and seen by nobody before the connection is cut.
    const cut = await direct.rows(
      `with missed as (
         insert into {s}.job (id, state, timeout_secs, num_attempts, name, channel, payload)
         values (gen_random_uuid(), 'ready', 0, 1, 'MISSED', 'DEFAULT', 'null') returning id::text
       )
       select missed.id, pg_terminate_backend(l.pid) from missed, pg_locks l, {s}.process w where l.locktype = 'advisory'
         and (l.classid::bigint << 32 | l.objid::bigint) = w.session_key`,
    );
    expect(cut).toHaveLength(1);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: String(cut[0]?.['id']) });
    await events.waitFor('DAEMON_ERROR');
    expect(events.of('DAEMON_ERROR')).toEqual([
      { eventType: 'DAEMON_ERROR', daemon: 'notifier', error: expect.any(Error), failures: 1 },
    ]);
    await listening(direct);
    const producer = new JobDefinition({ context: direct.context(), name: 'MISSED', workFunction: () => {} });
    const jobId = await producer.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('keeps running its jobs while its connection is cut, and takes a new session lock', async () => {
    const context = direct.context(HARDLY_POLLING);
    daemons.worker(context);
    await listening(direct);
    const key = () => direct.value('select session_key::text from {s}.process');
    const before = await key();
    await direct.rows(
      `select pg_terminate_backend(l.pid) from pg_locks l, {s}.process w where l.locktype = 'advisory'
         and (l.classid::bigint << 32 | l.objid::bigint) = w.session_key`,
    );
    await until('it holds another lock', async () => {
      const now = await key();
      return now !== null && now !== before;
    });
    const held = `select count(*)::int from pg_locks l, {s}.process w where l.locktype = 'advisory' and l.granted
      and (l.classid::bigint << 32 | l.objid::bigint) = w.session_key`;
    expect(await direct.value(held)).toBe(1);
  });
});

describe('notifications that do not arrive', () => {
  it('cause one warning, and are made up for by polling', async () => {
    const context = schema.context({}, { driver: deaf(schema.driver()) });
    const events = logEvents(context);
    await notedJob<null>(context, 'DEAF');
    daemons.worker(context);
    const producer = new JobDefinition({ context: schema.context(), name: 'DEAF', workFunction: () => {} });
    const early = await producer.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: early });
    const [warning] = await events.waitFor('WARNING');
    expect(warning?.message).toMatch(/notifications do not arrive.*wakeUp: 'poll'/s);
    const late = await producer.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: late });
    expect(events.of('WARNING')).toHaveLength(1);
    const key = () => schema.value('select session_key from {s}.process');
    await until('it relies on no session lock', async () => (await key()) === null);
  });
});

describe("wakeUp: 'poll'", () => {
  it('works on a single connection, and opens no other', async () => {
    const driver = direct.newDriver({ max: 1, applicationName: 'one connection' });
    const context = direct.context({ wakeUp: 'poll', pollSecs: 0.05 }, { driver });
    const events = logEvents(context);
    await notedJob<null>(context, 'POLLED');
    daemons.worker(context, { concurrency: 5 });
    daemons.orchestrator(context);
    const producer = new JobDefinition({ context: direct.context(), name: 'POLLED', workFunction: () => {} });
    await Promise.all(Array.from({ length: 50 }, () => producer.enqueue()));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 50 });
    const connections = `select count(*)::int from pg_stat_activity where application_name = 'one connection'`;
    expect(await direct.value(connections)).toBe(1);
    expect(await direct.value('select session_key from {s}.process')).toBe(null);
  });

  it('finds a job within pollSecs, one second by default', async () => {
    const context = schema.context({ wakeUp: 'poll' });
    const events = logEvents(context);
    await notedJob<null>(context, 'UNTOLD');
    daemons.worker(context);
    const producer = new JobDefinition({ context: schema.context(), name: 'UNTOLD', workFunction: () => {} });
    for (let i = 0; i < 2; i += 1) {
      const jobId = await producer.enqueue();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    }
  });
});
