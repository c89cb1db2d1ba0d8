import { fromDrizzle } from '@bearmq/core/drizzle';
import { fromKysely } from '@bearmq/core/kysely';
import { driverConformance, type SessionFactory } from '@bearmq/driver-testkit';
import { undone } from '@bearmq/test-database/driver-tests';
import { afterAll, describe, it } from '@jest/globals';
import { Client, Pool } from '@neondatabase/serverless';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/neon-serverless';
import { Kysely, PostgresDialect } from 'kysely';
import { fromPg, pgDriver } from '../src/index.ts';
import { speakNeon } from './neon.ts';
import { createSchema, testUrl } from './support.ts';

afterAll(await speakNeon());
const { schema, drop } = await createSchema();
afterAll(drop);

const newPool = (): Pool => new Pool({ connectionString: testUrl() });

/** Every way in which statements reach a server through Neon's driver. */
const neonKinds: Readonly<Record<string, SessionFactory>> = {
  pool: async (use) => {
    const pool = newPool();
    const driver = pgDriver({ pool });
    try {
      await use(driver);
    } finally {
      await driver.close();
      await pool.end();
    }
  },
  "caller's transaction on a pool client": async (use) => {
    const pool = newPool();
    const client = await pool.connect();
    try {
      await client.query('begin');
      await use(fromPg(client));
    } finally {
      await client.query('rollback');
      client.release();
      await pool.end();
    }
  },
  "caller's transaction on a client": async (use) => {
    const client = new Client(testUrl());
    await client.connect();
    try {
      await client.query('begin');
      await use(fromPg(client));
    } finally {
      await client.query('rollback');
      await client.end();
    }
  },
  'kysely transaction': async (use) => {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: newPool() as never }) });
    const rolledBack = undone((undo) =>
      db.transaction().execute(async (trx) => {
        await use(fromKysely(trx));
        undo();
      }),
    );
    await rolledBack.finally(() => db.destroy());
  },
  'drizzle transaction': async (use) => {
    const pool = newPool();
    const db = drizzle({ client: pool });
    const rolledBack = undone((undo) =>
      db.transaction(async (tx) => {
        await use(fromDrizzle(tx, sql));
        undo();
      }),
    );
    await rolledBack.finally(() => pool.end());
  },
};

driverConformance(
  { describe, it },
  {
    name: "pg on a pool of Neon's serverless driver",
    schema,
    open: async () => {
      const pool = newPool();
      return {
        driver: pgDriver({ pool }),
        useBorrowedClient: () => pool.query('select 1'),
        endClient: () => pool.end(),
        dispose: async () => void (pool.ending || (await pool.end())),
      };
    },
    sessions: neonKinds,
    capabilities: {
      concurrentConnections: true,
      terminateBackend: true,
      lostTransaction: true,
      statementTimeout: true,
      notifications: true,
      listeningSession: true,
      borrowedClient: true,
      endedClient: true,
    },
  },
);
