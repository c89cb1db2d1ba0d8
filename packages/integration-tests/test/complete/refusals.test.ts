import { beforeAll, describe, expect, it } from '@jest/globals';
import { type JobMetadata, LeaseLostError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { createEffects, effectsOf, inTransaction } from './support/in-transaction.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeAll(() => createEffects(schema));

describe('the transaction in which a job is to be completed', () => {
  it('cannot be committed once the job was taken away', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const errors: unknown[] = [];
    const { definition } = await notedJob<null>(context, 'TAKEN', async (_, { completeIn, jobId }) => {
      await schema.rows('update {s}.job set fence = fence + 1 where id = $1', [jobId]);
      await inTransaction(schema, async (tx, client) => {
        await client.query(`insert into ${schema.q}.effect values ($1, 1)`, [jobId]);
        await completeIn(tx).catch((error: unknown) => errors.push(error));
      });
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_LOSE', { jobId });
    expect(errors[0]).toBeInstanceOf(LeaseLostError);
    expect(errors[0]).toMatchObject({
      jobId,
      message: expect.stringContaining('nothing of this transaction'),
      cause: { sqlState: 'BM004' },
    });
    expect(await effectsOf(schema, jobId)).toBe(0);
    await schema.rows('delete from {s}.job where id = $1', [jobId]);
  });

  it('is refused where it is none, and once the run is over', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const errors: unknown[] = [];
    let after: JobMetadata['completeIn'] | undefined;
    const { definition } = await notedJob<null>(context, 'REFUSED', async (_, { completeIn }) => {
      after = completeIn;
      await completeIn(schema.pool as never).catch((error: unknown) => errors.push(error));
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await inTransaction(schema, async (tx) => {
      await after?.(tx).catch((error: unknown) => errors.push(error));
    });
    expect(errors).toEqual([
      expect.objectContaining({ option: 'metadata.completeIn.tx', message: expect.stringContaining('from…') }),
      expect.objectContaining({
        name: 'LeaseLostError',
        message: expect.stringContaining('is over: its run has ended'),
      }),
    ]);
  });
});
