import { after, describe, it } from 'node:test';
import { driverConformance } from '@bearmq/driver-testkit';
import { Pool } from 'pg';
import { smallDriver } from './small-driver.ts';
import { smallSession } from './small-session.ts';

const connectionString = process.env.DATABASE_URL;
const pool = new Pool({ connectionString });
const driver = smallDriver(pool);
await pool.query('drop schema if exists small_driver cascade');
await pool.query('create schema small_driver');
after(async () => {
  await pool.query('drop schema small_driver cascade');
  await driver.close();
  await pool.end();
});

driverConformance(
  { describe, it },
  {
    name: 'small',
    schema: 'small_driver',
    open: async () => {
      const own = new Pool({ connectionString });
      return {
        driver: smallDriver(own),
        useBorrowedClient: () => own.query('select 1'),
        endClient: () => own.end(),
        dispose: async () => void (own.ending || (await own.end())),
      };
    },
    sessions: {
      driver: (use) => use(driver),
      "the driver's transaction": async (use) => {
        const undo = new Error('rolled back on purpose');
        const undone = driver.transaction(async (tx) => {
          await use(tx);
          throw undo;
        });
        await undone.catch((error) => {
          if (error !== undo) throw error;
        });
      },
      "the caller's transaction": async (use) => {
        const client = await pool.connect();
        try {
          await client.query('begin');
          await use(smallSession(client));
        } finally {
          await client.query('rollback');
          client.release();
        }
      },
    },
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
