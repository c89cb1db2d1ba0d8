import type { Driver } from '@bearmq/core/driver';
import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { type ChildTask, useChildren } from '../support/children.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { type EventLog, logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';
import { CLIENTS, describeBehindPgBouncer, usePgBouncer } from './support/pgbouncer.ts';

/** What is lost, and what can be done. */
const WARNING = /notifications do not arrive.*poll instead.*longer than its lease.*direct connection.*wakeUp: 'poll'/s;

/** A process that believes to be told of jobs looks every 3 seconds; one that knows better, every second. */
const SOON = 2.9;

describeBehindPgBouncer('behind PgBouncer in transaction mode', () => {
  const schema = useSchema({ way: 'direct' });
  const daemons = useDaemons();
  const child = useChildren(schema);
  const pooler = usePgBouncer();

  /** Enqueues jobs from elsewhere, each when the one before is over; resolves to the longest time that one waited. */
  async function longestWait(name: string, events: EventLog, driver: Driver): Promise<number> {
    const context = schema.context({}, { driver });
    const producer = new JobDefinition({ context, name, workFunction: () => {} });
    const jobIds: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const jobId = await producer.enqueue();
      jobIds.push(jobId);
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    }
    const waited = 'select max(extract(epoch from claimed_at - enqueued_at))::float8 from {s}.finalized_job';
    return Number(await schema.value(`${waited} where id = any ($1)`, [jobIds]));
  }

  /** Resolves when a process that begins to listen now has found that it hears nothing. */
  async function probeIsOver(): Promise<void> {
    const context = schema.context({}, { driver: CLIENTS['pg']?.(pooler) as Driver });
    const events = logEvents(context);
    const worker = daemons.worker(context);
    await events.waitFor('WARNING');
    await worker.stop();
  }

  describe.each(Object.entries(CLIENTS))('on %s', (label, open) => {
    it('a process finds out that it is not told, polls instead, and takes no lock for life', async () => {
      const application = `polls ${label}`;
      const context = schema.context({}, { driver: open(pooler, 2, application) });
      const events = logEvents(context);
      await notedJob<null>(context, application);
      const worker = daemons.worker(context, { concurrency: 2 });
      const orchestrator = daemons.orchestrator(context);
      const [warning] = await events.waitFor('WARNING');
      expect(warning?.message).toMatch(WARNING);
      expect(await longestWait(application, events, open(pooler))).toBeLessThan(SOON);
      expect(await schema.rows('select session_key from {s}.process')).toEqual([{ session_key: null }]);
      await Promise.all([worker.stop(), orchestrator.stop()]);
      expect(await schema.rows('select 1 from {s}.process')).toEqual([]);
      await until('its listening connection is gone', async () => (await pooler.clients(application)) <= 2);
      expect(events.of('WARNING')).toHaveLength(1);
      expect(events.of('DAEMON_ERROR')).toEqual([]);
    });

    it("wakeUp: 'poll' does as well, without a warning and without a connection more", async () => {
      const application = `asked to poll ${label}`;
      const context = schema.context({ wakeUp: 'poll' }, { driver: open(pooler, 1, application) });
      const events = logEvents(context);
      await notedJob<null>(context, application);
      const worker = daemons.worker(context, { concurrency: 2 });
      const probe = probeIsOver();
      expect(await longestWait(application, events, open(pooler))).toBeLessThan(SOON);
      expect(await pooler.clients(application)).toBe(1);
      await probe;
      expect(await pooler.clients(application)).toBe(1);
      await worker.stop();
      expect(events.of('WARNING')).toEqual([]);
      expect(events.of('DAEMON_ERROR')).toEqual([]);
    });
  });

  it('a context says it once, however often it begins to listen', async () => {
    const counts = counted(CLIENTS['pg']?.(pooler) as Driver);
    const context = schema.context({}, { driver: counts.driver });
    const events = logEvents(context);
    const first = daemons.worker(context);
    await events.waitFor('WARNING');
    await first.stop();
    counts.reset();
    daemons.worker(context);
    await until('it tries again whether it is told', () => counts.of('bearmq_notify') === 1);
    await probeIsOver();
    expect(events.of('WARNING')).toHaveLength(1);
  });

  it.each(['pg', 'postgresjs'] as const)('a job of a killed process is rescued by its lease: %s', async (driver) => {
    const name = `KILLED ${driver}`;
    const open = CLIENTS[driver === 'pg' ? 'pg' : 'postgres.js without prepared statements'];
    const context = schema.context({ leaseSecs: 3, pollSecs: 0.1 }, { driver: open?.(pooler) as Driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<ChildTask>(context, name);
    const victim = await child({ url: pooler.url, driver, settings: { leaseSecs: 3 }, names: [name] });
    const jobId = await definition.enqueue({ does: 'hang' }, { numAttempts: 2 });
    await victim.told({ kind: 'run', jobId });
    await victim.told({ kind: 'event', name: 'WARNING' });
    daemons.worker(context);
    await victim.kill();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_RESCUE', jobId)).toHaveLength(1);
    expect(runs.map(({ metadata }) => metadata.attempt)).toEqual([2]);
  });
});
