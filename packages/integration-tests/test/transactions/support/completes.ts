import type { SqlSession } from '@bearmq/core/driver';
import { rolledBack } from '@bearmq/test-database/driver-tests';
import { expect, it } from '@jest/globals';
import type { Context } from 'bearmq';
import { useDaemons } from '../../support/daemons.ts';
import { logEvents } from '../../support/events.ts';
import { notedJob } from '../../support/jobs.ts';
import type { TransactionClient } from './transaction-client.ts';

/** What completing a job in a client's transaction must do, even if it has the database to itself. */
export function itCompletesJobs<TTx>(newContext: () => Context, client: TransactionClient<TTx>): void {
  const { session } = client;
  const daemons = useDaemons();
  const ask = async (tx: SqlSession) =>
    (await tx.run({ name: 'bearmq_test', text: 'select 1::int4', values: [] }))[0]?.[0];

  it('is completed with the commit, not with a rollback, nor with that of a savepoint', async () => {
    const context = newContext();
    const events = logEvents(context);
    const next = await notedJob<number>(context, 'COMPLETED_NEXT');
    const { definition } = await notedJob<string>(
      context,
      'COMPLETED',
      async (how, { completeIn, enqueueOnSuccess, attempt }) => {
        await enqueueOnSuccess(next.definition, attempt, { delaySecs: 60 });
        if (attempt === 2 || how === 'commits') {
          await client.transaction((tx) => completeIn(session(tx)));
          throw new Error('it was completed before');
        }
        if (how === 'rolls back') await rolledBack<TTx>(client.transaction, (tx) => completeIn(session(tx)));
        else {
          await client.transaction(async (outer) => {
            await rolledBack<TTx>(
              (work) => client.savepoint(outer, work),
              (tx) => completeIn(session(tx)),
            );
          });
        }
        throw new Error('it was not completed');
      },
    );
    daemons.worker(context, { concurrency: 3 });
    const how = ['commits', 'rolls back', 'rolls back to a savepoint'];
    const ids = await definition.enqueueMany(how.map((payload) => ({ payload, numAttempts: 2, timeoutSecs: 0 })));
    for (const jobId of ids) await events.waitFor('WORKER_JOB_LATE_ERROR', { jobId });
    const records = await Promise.all(ids.map((id) => context.jobs.get(id)));
    expect(records.map((record) => [record?.outcome, record?.attempt, record?.failures.length])).toEqual([
      ['succeeded', 1, 0],
      ['succeeded', 2, 1],
      ['succeeded', 2, 1],
    ]);
    const { jobs } = await context.jobs.find({ jobName: 'COMPLETED_NEXT' }, { order: 'oldest' });
    expect(jobs.map(({ payload }) => payload).sort()).toEqual([1, 2, 2]);
    await context.jobs.delete({ jobName: 'COMPLETED_NEXT' });
  });

  it('cannot be completed once it was taken away: then nothing of the transaction is committed', async () => {
    const context = newContext();
    const events = logEvents(context);
    const left = await notedJob<null>(context, 'LEFT_BEHIND');
    const { definition } = await notedJob<null>(context, 'TAKEN_AWAY', async (_, { completeIn, jobId }) => {
      const { fence } = { fence: `update {s}.job set fence = fence + 1 where id = '${jobId}'` };
      await client.transaction(async (tx) => {
        await session(tx).run({
          name: 'bearmq_test_fence',
          text: fence.replaceAll('{s}', quoted(context.schema)),
          values: [],
        });
      });
      const error = await client
        .transaction(async (tx) => {
          await left.definition.enqueue(null, { tx: session(tx) });
          await completeIn(session(tx)).catch((refusal: unknown) => refusal);
          await ask(session(tx));
        })
        .then(
          () => undefined,
          (refusal: unknown) => refusal,
        );
      throw error;
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_LOSE', { jobId });
    expect((await context.jobs.find({ jobName: 'LEFT_BEHIND' })).jobs).toEqual([]);
  });
}

function quoted(schema: string): string {
  return `"${schema.replaceAll('"', '""')}"`;
}
