import { describe, expect, it } from '@jest/globals';
import type { ContextSettings } from 'bearmq';
import { type ChildTask, useChildren } from '../support/children.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { lapse } from '../support/lapse.ts';
import { listening, registered, until } from '../support/until.ts';

const schema = useSchema();
const direct = useSchema({ way: 'direct' });
const daemons = useDaemons();
const child = useChildren(schema);
const directChild = useChildren(direct);

/** A definition on this side that finishes whatever the children could not. */
async function survivor(name: string, settings: ContextSettings = {}, of = schema) {
  const context = of.context({ pollSecs: 0.1, ...settings });
  const events = logEvents(context);
  const job = await notedJob<ChildTask>(context, name);
  return { context, events, ...job };
}

describe('a job whose worker process is killed', () => {
  it('runs again elsewhere once the lease is over', async () => {
    const { context, events, definition, runs } = await survivor('KILLED', { leaseSecs: 3 });
    const victim = await child({ settings: { leaseSecs: 3 }, names: ['KILLED'] });
    const jobId = await definition.enqueue({ does: 'hang' }, { numAttempts: 2 });
    await victim.told({ kind: 'run', jobId });
    daemons.worker(context);
    await victim.kill();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_RESCUE', jobId)).toHaveLength(1);
    expect(runs.map(({ metadata }) => metadata.attempt)).toEqual([2]);
  });

  it('runs again half a minute later with default settings: its session lock is gone, and its lease runs out', async () => {
    const { context, events, definition } = await survivor('KILLED_TOO', {}, direct);
    const victim = await directChild({ names: ['KILLED_TOO'] });
    await listening(direct);
    const jobId = await definition.enqueue({ does: 'hang' }, { numAttempts: 2 });
    await victim.told({ kind: 'run', jobId });
    await victim.kill();
    await lapse(direct, 15); // and not nearly thirty: who listens next may be slow to start
    daemons.worker(context);
    await listening(direct, 2);
    expect(await direct.value('select fence from {s}.job where id = $1', [jobId])).toBe(1);
    await direct.rows('update {s}.process set expires_at = now() where expires_at < now() + make_interval(secs => 17)');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('is finalized at its next dequeue when that was its last attempt; its group goes on', async () => {
    const { context, events, definition, runs } = await survivor('KILLED_LAST');
    const victim = await child({ names: ['KILLED_LAST'] });
    await registered(schema);
    const last = await definition.enqueue({ does: 'hang' }, { jobGroup: 'of the dead' });
    const next = await definition.enqueue({ does: 'finish' }, { jobGroup: 'of the dead' });
    await victim.told({ kind: 'run', jobId: last });
    await victim.kill();
    await lapse(schema, 31);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: next });
    expect(events.of('WORKER_JOB_EXPIRE', last)).toHaveLength(1);
    expect(runs.map(({ metadata }) => metadata.jobId)).toEqual([next]);
    expect(await schema.value('select outcome::text from {s}.finalized_job where id = $1', [last])).toBe('failed');
  });

  it('has spent no attempt if it was only claimed ahead and never started', async () => {
    const { context, events, definition, runs } = await survivor('AHEAD');
    const victim = await child({ names: ['AHEAD'] });
    await registered(schema);
    // It blocks before what was claimed ahead would be released, but after its start was recorded.
    const blocks: ChildTask = { does: 'block', secs: 60, afterMs: 100 };
    const tasks: ChildTask[] = Array.from({ length: 400 }, (_, n) => (n === 300 ? blocks : { does: 'finish' }));
    const ids = await Promise.all(tasks.map((task) => definition.enqueue(task)));
    const blocking = ids[300] ?? '';
    await victim.told({ kind: 'run', jobId: blocking });
    await until(
      'its attempt is spent',
      () => schema.value('select started from {s}.job where id = $1', [blocking]) as Promise<boolean>,
    );
    await victim.kill();
    const ahead = await schema.rows(`select id::text from {s}.job where state = 'running' and not started`);
    expect(ahead.length).toBeGreaterThan(0);
    await lapse(schema, 31);
    daemons.worker(context, { concurrency: 20 });
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId: blocking });
    for (const { id } of ahead) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: String(id) });
    await until('all are finalized', async () => (await schema.value(`select count(*)::int from {s}.job`)) === 0);
    const outcomes = `select outcome::text, count(*)::int from {s}.finalized_job where name = 'AHEAD' group by 1 order by 1`;
    expect(await schema.rows(outcomes)).toEqual([
      { outcome: 'failed', count: 1 },
      { outcome: 'succeeded', count: 399 },
    ]);
    expect(runs.map(({ metadata }) => metadata.attempt).every((attempt) => attempt === 1)).toBe(true);
  });
});

describe('a work function that blocks the event loop for longer than its lease', () => {
  it('keeps its job: the session lock says that the process is alive', async () => {
    const counts = counted(direct.driver());
    const context = direct.context({ pollSecs: 0.1, wakeUp: 'poll' }, { driver: counts.driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<ChildTask>(context, 'BLOCKS');
    const blocked = await directChild({ settings: { leaseSecs: 3 }, names: ['BLOCKS'] });
    await listening(direct);
    const jobId = await definition.enqueue({ does: 'block', secs: 5 });
    await blocked.told({ kind: 'run', jobId });
    daemons.worker(context);
    await until(
      'its lease is over',
      () => direct.value('select bool_or(expires_at < now()) from {s}.process') as Promise<boolean>,
    );
    counts.reset();
    await until('a rescue was tried', () => counts.of('bearmq_rescue') >= 1);
    await blocked.told({ kind: 'event', name: 'WORKER_JOB_RUN_SUCCESS', jobId });
    expect(events.of('WORKER_JOB_RESCUE')).toHaveLength(0);
    expect(runs).toHaveLength(0);
    expect(await direct.rows('select attempt, fence from {s}.finalized_job where id = $1', [jobId])).toEqual([
      { attempt: 1, fence: 1 },
    ]);
  });

  it('loses it where there is no session lock, is told by its signal, and its outcome does not count', async () => {
    const { context, events, definition, runs } = await survivor('BLOCKS_UNSEEN', { pollSecs: 0.1 });
    const blocked = await child({ settings: { leaseSecs: 3, wakeUp: 'poll' }, names: ['BLOCKS_UNSEEN'] });
    const jobId = await definition.enqueue({ does: 'block-and-listen', secs: 6 }, { numAttempts: 2 });
    await blocked.told({ kind: 'run', jobId });
    daemons.worker(context);
    await until(
      'its lease is over',
      () => schema.value('select bool_or(expires_at < now()) from {s}.process') as Promise<boolean>,
    );
    await lapse(schema, 0);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.map(({ metadata }) => metadata.attempt)).toEqual([2]);
    expect(await blocked.told({ kind: 'aborted', jobId })).toMatchObject({ name: 'LeaseLostError' });
    await blocked.told({ kind: 'event', name: 'WORKER_JOB_LOSE', jobId });
    expect(blocked.messages.filter(({ name }) => name === 'WORKER_JOB_RUN_SUCCESS')).toEqual([]);
  });
});
