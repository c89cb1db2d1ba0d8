import { describe, expect, it } from '@jest/globals';
import type { ContextSettings } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();
const HOUR = 3_600;

/** Three jobs of a group, of which the first runs, in a worker that could run all of them. */
async function threeOfAGroup(name: string, settings: ContextSettings = {}) {
  const context = schema.context({ pollSecs: 0.02, ...settings });
  const events = logEvents(context);
  const gates = [gate(), gate(), gate()];
  const { definition, runs } = await notedJob<number>(context, name, (n) => gates[n]?.opened, {
    jobGroupGenerator: () => name,
  });
  daemons.worker(context, { concurrency: 3 });
  const ids = [await definition.enqueue(0), await definition.enqueue(1), await definition.enqueue(2)] as const;
  await until('the first runs', () => runs.length === 1);
  return { events, ids, runs, finish: (n: number) => gates[n]?.open() };
}

/** An orchestrator that has looked for overdue groups once. */
async function looked(settings: ContextSettings = {}) {
  const counts = counted(schema.driver());
  const context = schema.context(settings, { driver: counts.driver });
  const events = logEvents(context);
  const orchestrator = daemons.orchestrator(context);
  await until('it has looked', () => counts.of('bearmq_check_groups') > 0 && counts.of('bearmq_rescue') > 0);
  await orchestrator.stop();
  return events;
}

/**
 * Lets orchestrators look until one tells that it opened the group: a look passes over a group that something else (a
 * claim, a self-check) holds at that moment.
 */
async function opened(group: string, settings: ContextSettings = {}) {
  await until(`${group} is opened`, async () => {
    const told = (await looked(settings)).of('ORCHESTRATOR_JOB_GROUP_UNLOCK');
    return told.some(({ jobGroup }) => jobGroup === group);
  });
}

describe('jobGroupUnlockSecs', () => {
  it('leaves a group locked for up to three hours by default, and opens it then', async () => {
    const { events, ids, runs, finish } = await threeOfAGroup('DEFAULT_TIME');
    await schema.age(3 * HOUR - 60, 'job', 'job_group');
    const early = await looked();
    expect(early.of('ORCHESTRATOR_JOB_GROUP_UNLOCK')).toHaveLength(0);
    expect(runs).toHaveLength(1);
    await schema.age(120, 'job', 'job_group');
    await opened('DEFAULT_TIME');
    await until('the second runs beside the first', () => runs.length === 2);
    for (const n of [0, 1, 2]) finish(n);
    for (const jobId of ids) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('can be set, for all daemons of the context', async () => {
    const { events, ids, runs, finish } = await threeOfAGroup('OWN_TIME', { jobGroupUnlockSecs: 60 });
    await schema.age(50, 'job', 'job_group');
    await looked({ jobGroupUnlockSecs: 60 });
    expect(runs).toHaveLength(1);
    await schema.age(11, 'job', 'job_group');
    await opened('OWN_TIME', { jobGroupUnlockSecs: 60 });
    await until('the second runs', () => runs.length === 2);
    for (const n of [0, 1, 2]) finish(n);
    for (const jobId of ids) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('records the outcome of the overdue job, which frees nobody else’s lock', async () => {
    const { events, ids, runs, finish } = await threeOfAGroup('OVERDUE');
    await schema.age(4 * HOUR, 'job', 'job_group');
    await opened('OVERDUE');
    await until('the second runs', () => runs.length === 2);
    finish(0);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: ids[0] });
    expect(await schema.value('select outcome::text from {s}.finalized_job where id = $1', [ids[0]])).toBe('succeeded');
    const state = () => schema.rows(`select running from {s}.job_group where name = 'OVERDUE'`);
    expect(await state()).toEqual([{ running: 1 }]);
    const control = await threeOfAGroup('CONTROL');
    expect(runs.map(({ payload }) => payload)).toEqual([0, 1]);
    finish(1);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: ids[1] });
    await until('the third runs', () => runs.length === 3);
    finish(2);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: ids[2] });
    await until('nobody holds it', async () => JSON.stringify(await state()) === '[{"running":0}]');
    for (const n of [0, 1, 2]) control.finish(n);
  });

  it('needs no orchestrator: a worker that starts opens the group, too', async () => {
    const { events, ids, runs, finish } = await threeOfAGroup('BY_WORKER');
    await schema.age(4 * HOUR, 'job', 'job_group');
    const counts = counted(schema.driver());
    const other = schema.context({}, { driver: counts.driver });
    const otherEvents = logEvents(other);
    // Its first look may find the group held by a claim at that very moment; the next worker looks again.
    await until('it is opened', async () => {
      const worker = daemons.worker(other);
      await until('it has looked', () => counts.of('bearmq_rescue') > 0);
      await worker.stop();
      counts.reset();
      return otherEvents.of('WORKER_JOB_GROUP_UNLOCK').length > 0;
    });
    await until('the second runs', () => runs.length === 2);
    for (const n of [0, 1, 2]) finish(n);
    for (const jobId of ids) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });
});
