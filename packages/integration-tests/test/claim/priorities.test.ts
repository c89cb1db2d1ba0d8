import { describe, expect, it } from '@jest/globals';
import { fromPg, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

const HIGHEST = 2_147_483_647;
const priorityOf = (jobId: string) => schema.value('select priority from {s}.job where id = $1', [jobId]);

describe('a priority', () => {
  it.each([
    ['without a group', undefined],
    ['of a group', () => 'g'],
  ])('has jobs %s run highest first, then oldest first, and is told to them', async (_what, jobGroupGenerator) => {
    const context = schema.context();
    const events = logEvents(context);
    const name = `RANKED ${_what}`;
    const settings = jobGroupGenerator === undefined ? {} : { jobGroupGenerator };
    const { definition, runs } = await notedJob<string>(context, name, () => {}, { priority: 1, ...settings });
    await definition.enqueueMany([
      { payload: 'c' },
      { payload: 'e', priority: -HIGHEST },
      { payload: 'a', priority: HIGHEST },
      { payload: 'd', priority: 0 },
      { payload: 'b', priority: 2 },
      { payload: 'c' },
    ]);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 6 });
    expect(runs.map(({ payload, metadata }) => [payload, metadata.priority])).toEqual([
      ['a', HIGHEST],
      ['b', 2],
      ['c', 1],
      ['c', 1],
      ['d', 0],
      ['e', -HIGHEST],
    ]);
  });

  it('comes with a job however it is enqueued: alone, beside others, delayed, in a transaction, as a tick', async () => {
    const context = schema.context();
    const definition = new JobDefinition<number>({ context, name: 'ANYHOW', priority: 9, workFunction: () => {} });
    const alone = await definition.enqueue(0, { priority: 1 });
    const beside = await Promise.all([2, 3, 4].map((n) => definition.enqueue(n, n === 3 ? {} : { priority: n })));
    const delayed = await definition.enqueue(5, { priority: 5, delaySecs: 60 });
    const client = await schema.pool.connect();
    try {
      await client.query('begin');
      const within = await definition.enqueue(6, { priority: 6, tx: fromPg(client) });
      await client.query('commit');
      const all = await Promise.all([alone, ...beside, delayed, within].map(priorityOf));
      expect(all).toEqual([1, 2, 9, 4, 5, 6]);
    } finally {
      client.release();
    }
    const ticking = new JobDefinition({
      context,
      name: 'TICKS',
      priority: 7,
      repeatSecs: 3_600,
      workFunction: () => {},
    });
    const events = logEvents(context);
    await ticking.register();
    daemons.orchestrator(context);
    const [tick] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    expect(await priorityOf(tick?.jobId ?? '')).toBe(7);
  });

  it('that all jobs of a call share is sent once for all of them', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const definition = new JobDefinition<number>({ context, name: 'ALIKE', priority: 3, workFunction: () => {} });
    const ids = await definition.enqueueMany([{ payload: 1 }, { payload: 2 }]);
    expect(counts.of('bearmq_enqueue_alike')).toBe(1);
    expect(await Promise.all(ids.map(priorityOf))).toEqual([3, 3]);
  });

  it('is kept through a retry, and in history', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(
      context,
      'KEPT',
      (_, { attempt }) => attempt === 1 && Promise.reject(new Error('once')),
      { numAttempts: 2, timeoutSecs: 0 },
    );
    daemons.worker(context);
    const jobId = await definition.enqueue(null, { priority: 5 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.map(({ metadata }) => metadata.priority)).toEqual([5, 5]);
    expect(await schema.value('select priority from {s}.finalized_job where id = $1', [jobId])).toBe(5);
  });

  it.each([[0.5], [HIGHEST + 1], [-HIGHEST - 1], ['high'], [null]])('is refused where it is %p', (priority) => {
    const options = { context: schema.context(), name: 'A', workFunction: () => {}, priority };
    expect(() => new JobDefinition(options as never)).toThrow(
      'JobDefinition.priority must be a whole number of steps from -2147483647 to 2147483647, got',
    );
  });
});
