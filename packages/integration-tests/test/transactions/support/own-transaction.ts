import { rolledBack } from '@bearmq/test-database/driver-tests';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { useDaemons } from '../../support/daemons.ts';
import { directUrl, useSchema } from '../../support/database.ts';
import { logEvents } from '../../support/events.ts';
import { itCompletesJobs } from './completes.ts';
import { define, itKeepsToItsTransaction, queueOn } from './keeps-to-its-transaction.ts';
import type { TransactionClient } from './transaction-client.ts';

/** What a client's transaction must do on a server, seen by others too; for a `describe` of its own. */
export function itIsATransactionOfTheCaller<TTx>(client: TransactionClient<TTx>): void {
  const schema = useSchema();
  const daemons = useDaemons();
  const { session } = client;

  itKeepsToItsTransaction(
    queueOn({ pool: schema.pool, schema: schema.name }, (sql, values) => schema.rows(sql, values)),
    client,
  );

  itCompletesJobs(() => schema.context(), client);

  it('is seen by nobody before the commit, and runs after it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const job = define(context, 'TX');
    await job.register();
    daemons.worker(context);
    let jobId = '';
    await client.transaction(async (tx) => {
      jobId = await job.enqueue({ n: 1 }, { tx: session(tx) });
      expect(await schema.value('select count(*)::int from {s}.job where id = $1', [jobId])).toBe(0);
    });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('JOB_DEFINITION_JOB_ENQUEUE')).toEqual([]); // only the caller knows that it was committed
  });

  it('is notified with the commit, and not sooner, nor with a rollback', async () => {
    const listener = new pg.Client({ connectionString: directUrl() });
    await listener.connect();
    let heard = 0;
    listener.on('notification', ({ payload }) => {
      if (payload === '') heard += 1; // those of other enqueues say which process sent them
    });
    const job = define(schema.context(), 'NOTIFIED');
    // What had been sent arrives with the next answer.
    const heardSoFar = async (): Promise<number> => {
      await listener.query('select 1');
      return heard;
    };
    try {
      await listener.query(`listen "${`bearmq:${schema.name}`.replaceAll('"', '""')}"`);
      await rolledBack<TTx>(client.transaction, async (tx) => {
        await job.enqueue({ n: 1 }, { tx: session(tx) });
      });
      await client.transaction(async (tx) => {
        await job.enqueue({ n: 1 }, { tx: session(tx) });
        expect(await heardSoFar()).toBe(0);
      });
      expect(await heardSoFar()).toBe(1);
    } finally {
      await listener.end();
    }
  });

  it('does not hold up other jobs of its group while the transaction is open', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const job = define(context, 'IN_GROUP');
    await job.register();
    daemons.worker(context);
    await rolledBack<TTx>(client.transaction, async (tx) => {
      await job.enqueue({ n: 1 }, { tx: session(tx), jobGroup: 'shared' });
      const other = await job.enqueue({ n: 2 }, { jobGroup: 'shared' });
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: other });
    });
  });
}
