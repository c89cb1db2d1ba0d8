import { describe, expect, it } from '@jest/globals';
import { type BearEvent, type Context, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/**
 * Looks into the database the moment an event is told of, and notes what it finds: an event must never precede the
 * commit that it tells of.
 */
function lookAtEach(context: Context) {
  const seen: { readonly event: BearEvent; readonly found: Promise<string> }[] = [];
  context.addEventHandler((event) => {
    if ('jobId' in event) seen.push({ event, found: stateOf(event.jobId) });
    else if ('jobGroup' in event) seen.push({ event, found: groupStateOf(event.jobGroup) });
  });
  return async (type: BearEvent['eventType'], id?: string): Promise<string[]> => {
    const fits = (event: BearEvent) =>
      event.eventType === type && (id === undefined || Object.values(event).includes(id));
    return await Promise.all(seen.filter(({ event }) => fits(event)).map(({ found }) => found));
  };
}

async function stateOf(jobId: string): Promise<string> {
  const [row] = await schema.rows(
    `select state::text || ' ' || attempt as now from {s}.job where id = $1
     union all select outcome::text || ' ' || attempt from {s}.finalized_job where id = $1`,
    [jobId],
  );
  return String(row?.['now'] ?? 'gone');
}

async function groupStateOf(name: string): Promise<string> {
  return (await schema.rows('select 1 from {s}.job_group where name = $1', [name])).length > 0 ? 'there' : 'gone';
}

describe('each event follows the commit that it tells of:', () => {
  it('JOB_DEFINITION_JOB_ENQUEUE: the job is persisted', async () => {
    const context = schema.context();
    const found = lookAtEach(context);
    const definition = new JobDefinition({ context, name: 'ENQUEUED', workFunction: () => {} });
    const ids = await Promise.all(Array.from({ length: 5 }, () => definition.enqueue()));
    for (const jobId of ids) expect(await found('JOB_DEFINITION_JOB_ENQUEUE', jobId)).toEqual(['ready 0']);
  });

  it('WORKER_JOB_DEQUEUE and WORKER_JOB_RUN: the job is claimed and running', async () => {
    const context = schema.context();
    const found = lookAtEach(context);
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'RUN', () => finish.opened);
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await until('it runs', () => runs.length === 1);
    expect(await found('WORKER_JOB_DEQUEUE', jobId)).toEqual(['running 1']);
    expect(await found('WORKER_JOB_RUN', jobId)).toEqual(['running 1']);
    finish.open();
  });

  it('WORKER_JOB_RUN_SUCCESS: the job is finalized', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const found = lookAtEach(context);
    const { definition } = await notedJob<null>(context, 'SUCCESS');
    daemons.worker(context);
    const jobId = await definition.enqueue();
    const [event] = await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await found('WORKER_JOB_RUN_SUCCESS', jobId)).toEqual(['succeeded 1']);
    expect(event).toMatchObject({ jobName: 'SUCCESS', attempt: 1 });
    expect(event?.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('WORKER_JOB_RUN_ERROR and WORKER_JOB_EXPIRE: the attempt, and then the end, are recorded', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const found = lookAtEach(context);
    const error = new Error('told');
    const { definition } = await notedJob<null>(context, 'ERROR', () => Promise.reject(error), {
      numAttempts: 2,
      timeoutSecs: 1_000,
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    expect(await found('WORKER_JOB_RUN_ERROR', jobId)).toEqual(['scheduled 1']);
    await schema.rows(`update {s}.job set run_at = now() where id = $1`, [jobId]);
    const [expired] = await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(await found('WORKER_JOB_RUN_ERROR', jobId)).toEqual(['scheduled 1', 'failed 2']);
    expect(await found('WORKER_JOB_EXPIRE', jobId)).toEqual(['failed 2']);
    expect(expired).toMatchObject({ jobName: 'ERROR' });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId).every((event) => event.error === error)).toBe(true);
  });

  it('ORCHESTRATOR_JOB_SCHEDULE: the tick is enqueued', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const found = lookAtEach(context);
    await new JobDefinition({ context, name: 'TICK', repeatSecs: 3_600, workFunction: () => {} }).register();
    daemons.orchestrator(context);
    const [event] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    expect(event).toMatchObject({ jobName: 'TICK', jobId: expect.any(String) });
    expect(await found('ORCHESTRATOR_JOB_SCHEDULE')).toEqual(['ready 0']);
    expect(events.of('JOB_DEFINITION_JOB_ENQUEUE')).toEqual([]); // that one is for explicit enqueues
  });

  it('ORCHESTRATOR_JOB_DELETE and ORCHESTRATOR_JOB_GROUP_DELETE: the job and its group are gone', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const found = lookAtEach(context);
    const { definition } = await notedJob<null>(context, 'DELETED');
    const worker = daemons.worker(context);
    const jobId = await definition.enqueue(null, { jobGroup: 'deleted group' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await worker.stop();
    await schema.age(100_000, 'finalized_job');
    daemons.orchestrator(context);
    await events.waitFor('ORCHESTRATOR_JOB_DELETE', { jobId });
    await events.waitFor('ORCHESTRATOR_JOB_GROUP_DELETE');
    expect(events.of('ORCHESTRATOR_JOB_DELETE', jobId)).toEqual([
      { eventType: 'ORCHESTRATOR_JOB_DELETE', jobId, jobName: 'DELETED' },
    ]);
    expect(events.of('ORCHESTRATOR_JOB_GROUP_DELETE')).toEqual([
      { eventType: 'ORCHESTRATOR_JOB_GROUP_DELETE', jobGroup: 'deleted group' },
    ]);
    expect(await found('ORCHESTRATOR_JOB_DELETE', jobId)).toEqual(['gone']);
    expect(await found('ORCHESTRATOR_JOB_GROUP_DELETE')).toEqual(['gone']);
  });
});

describe('the run of a job', () => {
  it('is reported with how long it took', async () => {
    const start = performance.now();
    const context = schema.context();
    const events = logEvents(context);
    let tookMs = 0;
    const { definition } = await notedJob<null>(context, 'TIMED', async () => {
      const start = performance.now();
      await schema.rows('select 1');
      tookMs = performance.now() - start;
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    const [event] = await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(event?.durationMs).toBeGreaterThanOrEqual(Math.floor(tookMs));
    expect(event?.durationMs).toBeLessThanOrEqual(Math.ceil(performance.now() - start));
  });
});
