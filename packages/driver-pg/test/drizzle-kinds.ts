import { fromDrizzle } from '@bearmq/core/drizzle';
import type { SessionFactory } from '@bearmq/driver-testkit';
import { undone } from '@bearmq/test-database/driver-tests';
import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { sql as sql10 } from 'drizzle-orm-1.0';
import { drizzle as drizzle10 } from 'drizzle-orm-1.0/node-postgres';
import pg from 'pg';
import { newPool, testUrl } from './support.ts';

async function onPool(use: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const pool = newPool();
  await use(pool).finally(() => pool.end());
}

function viaTransaction(makeDatabase: (pool: pg.Pool) => NodePgDatabase): SessionFactory {
  return (use) =>
    onPool((pool) =>
      undone((undo) =>
        makeDatabase(pool).transaction(async (tx) => {
          await use(fromDrizzle(tx, sql));
          undo();
        }),
      ),
    );
}

const viaClient: SessionFactory = async (use) => {
  const client = new pg.Client(testUrl());
  await client.connect();
  const transaction = undone((undo) =>
    drizzle({ client }).transaction(
      async (tx) => {
        await use(fromDrizzle(tx, sql));
        undo();
      },
      { isolationLevel: 'serializable' },
    ),
  );
  await transaction.finally(() => client.end());
};

const viaNestedTransaction: SessionFactory = (use) =>
  onPool((client) =>
    drizzle({ client }).transaction((outer) =>
      undone((undo) =>
        outer.transaction(async (tx) => {
          await use(fromDrizzle(tx, sql));
          undo();
        }),
      ),
    ),
  );

const viaTransaction10: SessionFactory = (use) =>
  onPool((client) =>
    undone((undo) =>
      drizzle10({ client }).transaction(async (tx) => {
        await use(fromDrizzle(tx, sql10));
        undo();
      }),
    ),
  );

const viaNestedTransaction10: SessionFactory = (use) =>
  onPool((client) =>
    drizzle10({ client }).transaction((outer) =>
      undone((undo) =>
        outer.transaction(async (tx) => {
          await use(fromDrizzle(tx, sql10));
          undo();
        }),
      ),
    ),
  );

/** Drizzle's transactions over node-postgres, in every way of making one. */
export const drizzleKinds: Readonly<Record<string, SessionFactory>> = {
  'drizzle transaction': viaTransaction((client) => drizzle({ client })),
  'drizzle transaction, snake case and logged': viaTransaction((client) =>
    drizzle({ client, casing: 'snake_case', logger: { logQuery: (...query) => void JSON.stringify(query) } }),
  ),
  'drizzle transaction on a client': viaClient,
  'drizzle nested transaction': viaNestedTransaction,
  'drizzle 1.0 transaction': viaTransaction10,
  'drizzle 1.0 nested transaction': viaNestedTransaction10,
};
