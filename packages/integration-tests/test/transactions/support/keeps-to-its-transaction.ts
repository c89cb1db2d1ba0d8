import { rolledBack } from '@bearmq/test-database/driver-tests';
import { rejectionOf } from '@bearmq/test-support';
import { expect, it } from '@jest/globals';
import { Context, type ContextOptions, JobDefinition, SchemaVersionError } from 'bearmq';
import { until } from '../../support/until.ts';
import type { TransactionClient } from './transaction-client.ts';

/** Where the jobs go. */
export interface Queue {
  context(): Context;
  /** Another context on the same database. */
  contextOn(schema: string): Context;
  /** The payloads of the jobs of one name, in order. */
  payloads(jobName: string): Promise<unknown[]>;
  /** When the jobs of one name were enqueued, and are due, in order: in seconds since 1970. */
  times(jobName: string): Promise<{ enqueued: number; due: number | null }[]>;
}

interface Payload {
  readonly n: number;
}

export function define(context: Context, name: string): JobDefinition<Payload> {
  return new JobDefinition<Payload>({ context, name, workFunction: async () => {} });
}

/** What each client's transaction must do, even if it has the database to itself. */
export function itKeepsToItsTransaction<TTx>(queue: Queue, client: TransactionClient<TTx>): void {
  const { session } = client;

  it('is there after the commit, its payload untouched', async () => {
    const payload = { snake_case: [{ camelCase: null }], 'with space': '{"a": $1}', $1: "it's", '': -0.5 };
    const job = new JobDefinition<typeof payload>({
      context: queue.context(),
      name: 'COMMITTED',
      workFunction: async () => {},
    });
    await client.transaction(async (tx) => {
      await job.enqueue(payload, { tx: session(tx) });
    });
    expect(await queue.payloads('COMMITTED')).toEqual([payload]);
  });

  it('is gone with a rollback', async () => {
    const job = define(queue.context(), 'ROLLED_BACK');
    await rolledBack<TTx>(client.transaction, async (tx) => {
      await job.enqueue({ n: 1 }, { tx: session(tx) });
      await job.enqueueMany([{ payload: { n: 2 } }, { payload: { n: 3 } }], { tx: session(tx) });
    });
    expect(await queue.payloads('ROLLED_BACK')).toEqual([]);
  });

  it('is gone with the rollback of a savepoint, and leaves the others', async () => {
    const job = define(queue.context(), 'SAVEPOINT');
    await client.transaction(async (outer) => {
      await job.enqueue({ n: 1 }, { tx: session(outer) });
      await rolledBack<TTx>(
        (work) => client.savepoint(outer, work),
        async (tx) => {
          await job.enqueueMany([{ payload: { n: 2 } }, { payload: { n: 3 } }], { tx: session(tx) });
        },
      );
      await client.savepoint(outer, async (tx) => {
        await job.enqueue({ n: 4 }, { tx: session(tx) });
      });
      await job.enqueue({ n: 5 }, { tx: session(outer) });
    });
    expect(await queue.payloads('SAVEPOINT')).toEqual([{ n: 1 }, { n: 4 }, { n: 5 }]);
  });

  it('takes unique keys with its commit, and goes on where a job is refused', async () => {
    const unique = { key: ({ n }: Payload) => `key ${n}`, until: 'finished' } as const;
    const context = queue.context();
    const workFunction = (_: Payload) => {};
    const skipping = new JobDefinition({ context, name: 'SKIPPING', unique, workFunction });
    const strict = new JobDefinition({
      context,
      name: 'STRICT',
      unique: { ...unique, onConflict: 'throw' },
      workFunction,
    });
    await rolledBack<TTx>(client.transaction, async (tx) => {
      await skipping.enqueue({ n: 1 }, { tx: session(tx) });
    });
    await client.transaction(async (tx) => {
      const own = { tx: session(tx) };
      const first = await skipping.submit({ n: 1 }, own);
      expect(first.outcome).toBe('enqueued');
      expect(await skipping.submit({ n: 1 }, own)).toEqual({ jobId: first.jobId, outcome: 'skipped' });
      const id = await strict.enqueue({ n: 1 }, own);
      const refused = [
        strict.enqueue({ n: 1 }, own),
        strict.enqueueMany(
          [2, 1, 3].map((n) => ({ payload: { n } })),
          own,
        ),
      ];
      for (const call of refused)
        expect(await rejectionOf(call)).toMatchObject({ name: 'DuplicateJobError', jobId: id });
      await strict.enqueueMany([{ payload: { n: 3 } }, { payload: { n: 4 } }], own);
    });
    expect(await queue.payloads('SKIPPING')).toEqual([{ n: 1 }]);
    expect(await queue.payloads('STRICT')).toEqual([{ n: 1 }, { n: 3 }, { n: 4 }]);
  });

  it('keeps the order in which several were asked for at once', async () => {
    const job = define(queue.context(), 'AT_ONCE');
    const numbers = Array.from({ length: 20 }, (_, n) => ({ n }));
    await client.transaction(async (tx) => {
      await Promise.all(numbers.map((payload) => job.enqueue(payload, { tx: session(tx) })));
    });
    expect(await queue.payloads('AT_ONCE')).toEqual(numbers);
  });

  it('counts a delay from the call, however long the transaction has been open', async () => {
    const job = define(queue.context(), 'DELAYED');
    let called = 0;
    await client.transaction(async (tx) => {
      const ask = async (text: string) => (await session(tx).run({ name: 'bearmq_test', text, values: [] }))[0]?.[0];
      await until('the transaction is old', async () => (await ask(`select ${AGE} >= 0.05`)) === true);
      called = (await ask('select extract(epoch from clock_timestamp())::float8')) as number;
      await job.enqueue({ n: 1 }, { tx: session(tx), delaySecs: 3 });
      await job.enqueueMany([{ payload: { n: 2 }, delaySecs: 3 }, { payload: { n: 3 } }], { tx: session(tx) });
    });
    const times = await queue.times('DELAYED');
    for (const { enqueued } of times) expect(enqueued).toBeGreaterThanOrEqual(called);
    const [one, ofMany, atOnce] = times.map(({ due }) => due);
    expect(one).toBeGreaterThanOrEqual(called + 3);
    expect(ofMany).toBeGreaterThanOrEqual(called + 3);
    expect(atOnce).toBeNull();
  });

  it('is refused with the reason when the schema has not been migrated, even if there is no other connection', async () => {
    const job = define(queue.contextOn('never "migrated"'), 'NOWHERE');
    const refused = client.transaction(async (tx) => {
      await job.enqueue({ n: 1 }, { tx: session(tx) });
    });
    const error = await rejectionOf(refused);
    expect(error).toBeInstanceOf(SchemaVersionError);
    expect(error).toMatchObject({ found: 0, cause: { name: 'DatabaseError', sqlState: '42P01' } });
  });

  it('is refused when the transaction is not passed through its from… function', async () => {
    const job = define(queue.context(), 'REFUSED');
    await client.transaction(async (tx) => {
      const refusal = { code: 'BEAR_INVALID_OPTION', message: expect.stringContaining("your client's from… function") };
      expect(await rejectionOf(job.enqueue({ n: 1 }, { tx: tx as never }))).toMatchObject(refusal);
      expect(await rejectionOf(job.enqueueMany([{ payload: { n: 1 } }], { tx: tx as never }))).toMatchObject(refusal);
    });
    expect(await queue.payloads('REFUSED')).toEqual([]);
  });
}

/** How long a transaction has been open, in seconds. */
const AGE = 'extract(epoch from clock_timestamp() - now())';

/** A queue on any driver, looked at through `rows`. */
export function queueOn(
  options: ContextOptions,
  rows: (sql: string, values: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>,
): Queue {
  const q = `"${options.schema.replaceAll('"', '""')}"`;
  return {
    context: () => new Context(options),
    contextOn: (schema) => new Context({ ...options, schema }),
    payloads: async (jobName) =>
      (await rows(`select payload from ${q}.job where name = $1 order by seq`, [jobName])).map((row) => row['payload']),
    times: async (jobName) =>
      (await rows(
        `select extract(epoch from enqueued_at)::float8 as enqueued, extract(epoch from run_at)::float8 as due
         from ${q}.job where name = $1 order by seq`,
        [jobName],
      )) as { enqueued: number; due: number | null }[],
  };
}
