import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { fromPg, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

const TRACE = { traceparent: '00-4bf92f3577b34da6-00', 'tenant ü': '' };
const extrasOf = (jobId: string) => schema.value('select extras::text from {s}.job where id = $1', [jobId]);

describe('headers', () => {
  it('reach the work function in every attempt, and are kept with the finalized job', async () => {
    const context = schema.context();
    const events = logEvents(context);
    let failures = 1;
    const { definition, runs } = await notedJob<null>(
      context,
      'TRACED',
      () => {
        failures -= 1;
        if (failures >= 0) throw new Error('once');
      },
      { numAttempts: 2, timeoutSecs: 0 },
    );
    daemons.worker(context);
    const jobId = await definition.enqueue(null, { headers: TRACE });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.map(({ metadata }) => metadata.headers)).toEqual([TRACE, TRACE]);
    expect(await schema.value('select extras from {s}.finalized_job where id = $1', [jobId])).toEqual({
      headers: TRACE,
    });
  });

  it('are an empty object for a job without any, which carries nothing', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'PLAIN');
    const jobId = await definition.enqueue(null, { headers: {} });
    expect(await extrasOf(jobId)).toBe(null);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs[0]?.metadata.headers).toEqual({});
  });

  it('come with a job however it is enqueued: alone, beside others, delayed, in a transaction', async () => {
    const context = schema.context();
    const definition = new JobDefinition<number>({ context, name: 'ANYHOW', workFunction: () => {} });
    const headers = (n: number) => ({ headers: { n: String(n) } });
    const alone = await definition.enqueue(0, headers(0));
    const beside = await Promise.all([1, 2, 3].map((n) => definition.enqueue(n, n === 2 ? {} : headers(n))));
    const delayed = await definition.enqueue(4, { ...headers(4), delaySecs: 60 });
    const client = await schema.pool.connect();
    try {
      await client.query('begin');
      const within = await definition.enqueue(5, { ...headers(5), tx: fromPg(client) });
      await client.query('commit');
      const all = await Promise.all([alone, ...beside, delayed, within].map(extrasOf));
      const text = (n: number): string => `{"headers":{"n":"${n}"}}`;
      expect(all).toEqual([text(0), text(1), null, text(3), text(4), text(5)]);
    } finally {
      client.release();
    }
  });

  it('of a bulk call go to all of its jobs but those with their own, and are sent once where none has', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const definition = new JobDefinition<number>({ context, name: 'BULK', workFunction: () => {} });
    const alike = await definition.enqueueMany([{ payload: 1 }, { payload: 2 }], { headers: TRACE });
    expect(counts.of('bearmq_enqueue_alike')).toBe(1);
    const mixed = await definition.enqueueMany(
      [{ payload: 1 }, { payload: 2, headers: { own: 'yes' } }, { payload: 3, headers: {} }],
      { headers: TRACE },
    );
    const ofAll = JSON.stringify({ headers: TRACE });
    expect(await Promise.all([...alike, ...mixed].map(extrasOf))).toEqual([
      ...[ofAll, ofAll, ofAll, '{"headers":{"own":"yes"}}', null],
    ]);
  });

  it('that are wrong are refused before anything is sent, and the place is named', async () => {
    const context = schema.context();
    const definition = new JobDefinition<number>({ context, name: 'WRONG', workFunction: () => {} });
    const wrong = { headers: { a: 1 } } as never;
    for (const [attempt, option] of [
      [definition.enqueue(1, wrong), 'enqueue.headers["a"]'],
      [definition.enqueueMany([{ payload: 1 }], wrong), 'enqueueMany.headers["a"]'],
      [definition.enqueueMany([{ payload: 1 }, { payload: 1, ...(wrong as object) }]), 'enqueueMany[1].headers["a"]'],
    ] as const) {
      expect(await rejectionOf(attempt)).toMatchObject({ name: 'InvalidOptionError', option });
    }
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'WRONG'`)).toBe(0);
  });

  it('that somebody else made too large reach no worker, and keep no job from running', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'LARGE');
    const jobId = await definition.enqueue(null, { headers: { a: '1' } });
    await schema.rows(
      `update {s}.job set extras = json_build_object('headers', json_build_object('a', repeat('x', 70000))) where id = $1`,
      [jobId],
    );
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs[0]?.metadata.headers).toEqual({});
  });
});
