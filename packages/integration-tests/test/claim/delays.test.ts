import { describe, expect, it } from '@jest/globals';
import { useChildren } from '../support/children.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { listening, until } from '../support/until.ts';

const schema = useSchema();
const direct = useSchema({ way: 'direct' });
const daemons = useDaemons();
const child = useChildren(direct);

/** How long after its enqueueing the job was claimed, by the database's clock. */
const waited = (jobId: string, of = schema) =>
  of.value(`select extract(epoch from claimed_at - enqueued_at)::float8 from {s}.finalized_job where id = $1`, [
    jobId,
  ]) as Promise<number>;

describe('a delayed job', () => {
  it('does not run before it is due, and runs soon after: without an orchestrator, and without polling for it', async () => {
    // Listening, this context would look only every hour: that it runs in time is because it is awaited.
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'DELAYED');
    daemons.worker(context, { concurrency: 5 });
    const ids = await Promise.all([0.3, 0.6, 0.9].map((delaySecs) => definition.enqueue(null, { delaySecs })));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
    const [a, b, c] = await Promise.all(ids.map((id) => waited(id)));
    expect(a).toBeGreaterThanOrEqual(0.3);
    expect(b).toBeGreaterThanOrEqual(0.6);
    expect(c).toBeGreaterThanOrEqual(0.9);
    expect(c).toBeLessThan(5);
  });

  it('is left alone however often workers look, until it is due by the clock of the database', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({ pollSecs: 0.02, wakeUp: 'poll' }, { driver: counts.driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'NOT_YET');
    daemons.worker(context);
    const jobId = await definition.enqueue(null, { delaySecs: 1_000 });
    counts.reset();
    await until('the worker has looked ten times', () => counts.of('bearmq_claim') >= 10);
    await schema.age(990, 'job');
    counts.reset();
    await until('the worker has looked ten times more', () => counts.of('bearmq_claim') >= 10);
    expect(runs).toHaveLength(0);
    expect(await schema.value('select state::text from {s}.job where id = $1', [jobId])).toBe('scheduled');
    await schema.age(11, 'job');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('can be delayed by its definition, and not by an override of zero', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(context, 'BY_DEFINITION', () => {}, { delaySecs: 1_000 });
    daemons.worker(context);
    await definition.enqueue('delayed');
    const now = await definition.enqueue('now', { delaySecs: 0 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: now });
    expect(runs.map(({ payload }) => payload)).toEqual(['now']);
  });

  it('wakes a worker of another context when it is due, though that one had nothing to look for', async () => {
    const context = direct.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    await notedJob<null>(context, 'FROM_AFAR');
    daemons.worker(context);
    await listening(direct);
    const producer = await notedJob<null>(direct.context(), 'FROM_AFAR');
    const jobId = await producer.definition.enqueue(null, { delaySecs: 0.4 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await waited(jobId, direct)).toBeGreaterThanOrEqual(0.4);
  });

  it('wakes a worker of another process', async () => {
    const other = await child({ settings: { pollSecs: 3_600 }, names: ['FAR_AWAY'] });
    await listening(direct);
    const producer = await notedJob<{ does: string }>(direct.context(), 'FAR_AWAY');
    const jobId = await producer.definition.enqueue({ does: 'finish' }, { delaySecs: 0.4 });
    await other.told({ kind: 'finished', jobId });
  });

  it('runs when it is due with thousands of others, though a claim promotes a thousand at a time', async () => {
    const context = schema.context({ pollSecs: 3_600 });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'MANY_DUE');
    await Promise.all(Array.from({ length: 2_200 }, () => definition.enqueue(null, { delaySecs: 60 })));
    await schema.age(61, 'job');
    daemons.worker(context, { concurrency: 50 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2_200 });
  });
});
