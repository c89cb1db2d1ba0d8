import { afterEach, describe, expect, it } from '@jest/globals';
import type { Paused } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

afterEach(() => schema.rows('delete from {s}.pause'));

const PAUSES: readonly (readonly [string, Paused])[] = [
  ['a channel', { channel: 'C' }],
  ['a name', { jobName: 'PAUSED' }],
  ['a group', { jobGroup: 'g' }],
  ['everything', 'everything'],
];

describe('a pause of', () => {
  it.each(PAUSES)('%s keeps its jobs from starting, in all processes, until it is resumed', async (_, what) => {
    const [context, other] = [schema.context(), schema.context()];
    const events = logEvents(context);
    const { definition, runs } = await notedJob<{ n: number }>(context, 'PAUSED');
    const { definition: free } = await notedJob<null>(context, 'FREE');
    daemons.worker(context);
    await listening(schema);
    const runsOne = await definition.enqueue({ n: 0 }, { channel: 'C', jobGroup: 'g' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: runsOne });
    expect(await other.pause(what, { reason: 'the bank is away' })).toEqual({ isNew: true, stillRunning: 0 });
    expect(await other.pause(what)).toEqual({ isNew: false, stillRunning: 0 });
    expect(await context.pauses()).toEqual([{ what, since: expect.any(Date), reason: 'the bank is away' }]);
    const ids = [
      await definition.enqueue({ n: 1 }, { channel: 'C', jobGroup: 'g' }),
      await definition.enqueue({ n: 2 }, { channel: 'C', jobGroup: 'g' }),
    ];
    if (what !== 'everything' && !('jobGroup' in what)) ids.push(await definition.enqueue({ n: 3 }, { channel: 'C' }));
    if (what !== 'everything') await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await free.enqueue() });
    expect(runs).toHaveLength(1);
    expect((await other.jobs.explain(ids[0] ?? '')).kind).toBe('paused');
    expect(await other.resume(what)).toBe(true);
    for (const jobId of ids) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await other.resume(what)).toBe(false);
    expect(await context.pauses()).toEqual([]);
    // Those of the group one after the other; the one without a group may be among them.
    const ran = runs.map(({ payload }) => payload.n).filter((n) => n === 1 || n === 2);
    expect(ran).toEqual([1, 2]);
  });

  it('a group or a lane lets the others of the line pass, and those of the same group in other lanes', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<{ n: number }>(context, 'LINE');
    await context.pause({ jobGroup: 'one' });
    await context.pause({ channel: 'SLOW' });
    const [held = '', mixed = '', other = '', third = ''] = await definition.enqueueMany([
      { payload: { n: 1 }, jobGroup: 'one' },
      { payload: { n: 2 }, jobGroup: 'two', channel: 'SLOW' },
      { payload: { n: 3 }, jobGroup: 'two' },
      { payload: { n: 4 }, jobGroup: 'three' },
    ]);
    daemons.worker(context);
    for (const jobId of [other, third]) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs).toHaveLength(2);
    await context.resume({ jobGroup: 'one' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: held });
    await context.resume({ channel: 'SLOW' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: mixed });
  });

  it('what runs lets it go on, and can wait for that', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const go = gate();
    const { definition } = await notedJob<null>(context, 'RUNS_ON', () => go.opened);
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN', { jobId });
    expect(await context.pause({ jobName: 'RUNS_ON' })).toEqual({ isNew: true, stillRunning: 1 });
    const waited = context.pause({ jobName: 'RUNS_ON' }, { waitForRunningSecs: 60 });
    go.open();
    expect(await waited).toEqual({ isNew: false, stillRunning: 0 });
    await context.resume({ jobName: 'RUNS_ON' });
  });

  it('what is not there, or more than one, is refused', async () => {
    const context = schema.context();
    await expect(context.pause('all' as never)).rejects.toThrow(
      "Context.pause takes { channel }, { jobName }, { jobGroup } or 'everything'",
    );
    await expect(context.pause({} as never)).rejects.toThrow('Context.pause takes one of');
    await expect(context.pause({ channel: 'A', jobName: 'B' } as never)).rejects.toThrow('got 2');
    await expect(context.pause({ name: 'A' } as never)).rejects.toThrow('Context.pause.name is not an option');
    await expect(context.pause({ channel: '' })).rejects.toThrow('Context.pause.channel must not be empty');
    await expect(context.pause({ channel: 'A' }, { waitForRunningSecs: -1 })).rejects.toThrow('waitForRunningSecs');
    await expect(context.resume({ queue: 'A' } as never)).rejects.toThrow('Context.resume.queue is not an option');
  });
});
