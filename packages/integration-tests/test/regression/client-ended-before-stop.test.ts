import type { Driver } from '@bearmq/core/driver';
import { pgliteDriver } from '@bearmq/driver-pglite';
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { rejectionOf } from '@bearmq/test-support';
import { PGlite } from '@electric-sql/pglite';
import { describe, expect, it } from '@jest/globals';
import { Context, migrate, Orchestrator, pgDriver, Worker } from 'bearmq';
import pg from 'pg';
import postgres from 'postgres';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();

interface Client {
  readonly driver: Driver;
  /** What a program says at its end. */
  end(): Promise<unknown>;
}

const clients: Readonly<Record<string, () => Promise<Client>>> = {
  pg: async () => {
    const pool = new pg.Pool({ connectionString: schema.url });
    return { driver: pgDriver({ pool }), end: () => pool.end() };
  },
  'postgres.js': async () => {
    const sql = postgres(schema.url, { max: 5, prepare: false, fetch_types: false });
    return { driver: postgresJsDriver({ sql }), end: () => sql.end() };
  },
};

/** It takes seconds to start, so it has one test only. */
const withPglite: Readonly<Record<string, () => Promise<Client>>> = {
  ...clients,
  PGlite: async () => {
    const db = new PGlite();
    const driver = pgliteDriver({ db });
    await migrate({ driver, schema: schema.name });
    return { driver, end: () => db.close() };
  },
};

/** A worker with a running job, and an orchestrator. */
async function running(open: () => Promise<Client>) {
  const { driver, end } = await open();
  const context = new Context({ driver, schema: schema.name });
  const events = logEvents(context);
  const finish = gate();
  const { definition, runs } = await notedJob<null>(context, 'RUNS_ON', () => finish.opened);
  const [worker, orchestrator] = [new Worker({ context }), new Orchestrator({ context })];
  await definition.enqueue();
  await until('the job runs', () => runs.length === 1);
  return { worker, orchestrator, end, finish, events, definition };
}

const closed = { name: 'DatabaseError', isClientClosed: true, isRetryable: false };

/**
 * An error without an SQLSTATE counted as a lost connection, so what an ended client refuses was tried again for ever:
 * stop() never settled, and the process had to be killed.
 */
describe('a client that is ended before everything has stopped', () => {
  it.each(Object.entries(withPglite))(
    'has stop() reject with that reason, once the job is over: %s',
    async (_name, open) => {
      const { worker, orchestrator, end, finish, events } = await running(open);
      const stopped = [rejectionOf(worker.stop()), orchestrator.stop(), end()];
      finish.open();
      expect((await Promise.all(stopped))[0]).toMatchObject(closed);
      const warnings = events.of('WARNING').map(({ message }) => message);
      expect(warnings).toEqual([
        expect.stringContaining('was ended before the workers and orchestrators were stopped'),
      ]);
    },
  );

  it.each(Object.entries(clients))('does so too if it was before stop(): %s', async (_name, open) => {
    const { worker, orchestrator, end, finish, definition } = await running(open);
    await end();
    finish.open();
    expect(await rejectionOf(worker.stop())).toMatchObject(closed);
    await orchestrator.stop();
    expect(await rejectionOf(definition.enqueue())).toMatchObject(closed);
  });

  it.each(Object.entries(clients))('has no stop() fail that has nothing left to record: %s', async (_name, open) => {
    const { driver, end } = await open();
    const context = new Context({ driver, schema: schema.name });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'ALL_DONE');
    const worker = new Worker({ context });
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await end();
    await worker.stop();
  });
});

describe('a script that ends its client right after enqueue', () => {
  it.each(Object.entries(clients))('is not warned of the notification that it takes along: %s', async (_name, open) => {
    const { driver, end } = await open();
    const context = new Context({ driver, schema: schema.name });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'SCRIPTED');
    // The second one is told of a few milliseconds later.
    await definition.enqueue();
    await Promise.all([definition.enqueue(), definition.enqueue()]);
    await end();
    const { driver: other, end: endOther } = await open();
    await other.run({ name: 'bearmq_test_pause', text: 'select pg_sleep(0.05)::text', values: [] });
    await endOther();
    expect([...events.of('DAEMON_ERROR'), ...events.of('WARNING')]).toEqual([]);
  });
});
