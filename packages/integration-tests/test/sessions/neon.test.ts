import { afterAll, describe } from '@jest/globals';
import { Pool, type PoolClient } from '@neondatabase/serverless';
import { fromPg } from 'bearmq';
import { databaseUrl } from '../support/database.ts';
import { speakNeon } from '../support/websockets.ts';
import { type Breakable, type InTransaction, itTellsErrorsWithoutValues } from './support/session-of-a-builder.ts';

const endProxy = await speakNeon(databaseUrl());
const pool = new Pool({ connectionString: databaseUrl() });
pool.on('error', () => {});
afterAll(async () => {
  await pool.end();
  await endProxy();
});

/** `rollback` fails where the connection is broken: the pool closes it then. */
function transactionsOn(connect: () => Promise<PoolClient>): InTransaction {
  return async (work) => {
    const client = await connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      await work(fromPg(client));
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch((reason: Error) => {
        broken = reason;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  };
}

async function openBreakable(): Promise<Breakable> {
  const client = await pool.connect();
  client.on('error', () => {});
  return {
    inTransaction: transactionsOn(async () => client),
    break: () => (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(),
  };
}

describe("a session on a transaction of Neon's driver", () => {
  itTellsErrorsWithoutValues(
    transactionsOn(() => pool.connect()),
    openBreakable,
  );
});
