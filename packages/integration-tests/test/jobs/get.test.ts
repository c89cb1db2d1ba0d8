import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { v7 as uuidv7 } from 'uuid';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { statementsOf } from '../support/statements.ts';

const schema = useSchema();
const daemons = useDaemons();
const statements = statementsOf(schema);
const context = schema.context();

describe('context.jobs.get', () => {
  it('tells all of a job that waits', async () => {
    const definition = new JobDefinition({ context, name: 'SEND', workFunction: (_: { a: number }) => {} });
    const before = Date.now();
    const id = await definition.enqueue(
      { a: 1 },
      { delaySecs: 60, numAttempts: 3, priority: 2, channel: 'C', jobGroup: 'g', headers: { trace: '1' } },
    );
    const job = await context.jobs.get(id);
    expect(job).toEqual({
      id,
      jobName: 'SEND',
      channel: 'C',
      jobGroup: 'g',
      state: 'scheduled',
      outcome: null,
      priority: 2,
      attempt: 0,
      numAttempts: 3,
      enqueuedAt: expect.any(Date),
      runAt: expect.any(Date),
      claimedAt: null,
      finalizedAt: null,
      processId: null,
      failures: [],
      error: null,
      payload: { a: 1 },
      headers: { trace: '1' },
      cancelRequestedAt: null,
    });
    expect(Math.abs(Number(job?.enqueuedAt) - before)).toBeLessThan(60_000);
    expect(Number(job?.runAt) - Number(job?.enqueuedAt)).toBeCloseTo(60_000, -3);
    expect(await context.jobs.get(id.toUpperCase())).toEqual(job);
  });

  it('tells of its failures, of its process, and how it ended', async () => {
    const events = logEvents(context);
    const { definition } = await notedJob<null>(
      context,
      'FAIL',
      (_, { attempt }) => {
        throw new Error(`no ${attempt}`);
      },
      { numAttempts: 2, timeoutSecs: 0 },
    );
    const worker = daemons.worker(context);
    const id = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId: id });
    expect(await context.jobs.get(id)).toMatchObject({
      state: 'over',
      outcome: 'failed',
      attempt: 2,
      claimedAt: expect.any(Date),
      finalizedAt: expect.any(Date),
      processId: expect.any(String),
      error: expect.stringContaining('no 2'),
      failures: [
        {
          attempt: 1,
          at: expect.any(Date),
          workerId: worker.id,
          durationMs: expect.any(Number),
          error: expect.stringContaining('no 1'),
        },
        { attempt: 2, error: expect.stringContaining('no 2') },
      ],
    });
    await worker.stop();
  });

  it('knows a null, a large payload whole, and none of what is not there', async () => {
    const [none = '', large = ''] = await statements.insert({}, { payloadText: JSON.stringify('x'.repeat(100_000)) });
    expect((await context.jobs.get(none))?.payload).toBe(null);
    expect((await context.jobs.get(large))?.payload).toHaveLength(100_000);
    expect(await context.jobs.get(uuidv7())).toBe(null);
    await expect(context.jobs.get('17')).rejects.toThrow('jobs.get must be the id of a job, a UUID');
    await expect(context.jobs.get(undefined as never)).rejects.toThrow('must be the id of a job');
  });

  it('copes with what somebody wrote by hand', async () => {
    const [id = ''] = await statements.insert({});
    await schema.rows(
      `update {s}.job set enqueued_at = 'infinity', claimed_at = '-infinity', extras = '[1]', failures = '[1, {"error": 2}]',
        cancel = '7'`,
    );
    expect(await context.jobs.get(id)).toMatchObject({ claimedAt: null, headers: {}, cancelRequestedAt: null });
  });

  it('tells the payload as it is stored, wherever the job is', async () => {
    const { definition } = await notedJob<number>(schema.context(), 'EXACT');
    const id = await definition.enqueue(1, { channel: 'nobody' });
    await schema.rows('update {s}.job set payload = $2 where id = $1', [id, '{"n":12345678901234567890}']);
    const { jobs } = schema.context();
    expect(await jobs.payloadText(id)).toMatch(/^\{"n": ?12345678901234567890\}$/);
    await jobs.cancel(id);
    expect(await jobs.payloadText(id.toUpperCase())).toMatch(/12345678901234567890/);
    await jobs.delete(id);
    expect(await jobs.payloadText(id)).toBeNull();
    await expect(jobs.payloadText('4711')).rejects.toThrow('jobs.payloadText must be the id of a job');
  });
});
