import { fromDrizzle } from '@bearmq/core/drizzle';
import { fromKysely } from '@bearmq/core/kysely';
import type { SessionFactory } from '@bearmq/driver-testkit';
import { rolledBack } from '@bearmq/test-database/driver-tests';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { CamelCasePlugin, Kysely, type KyselyConfig, type Transaction } from 'kysely';
import { PostgresJSDialect } from 'kysely-postgres-js';
import postgres from 'postgres';
import { type ClientOptions, endClient, newClient } from './support.ts';

type DrizzleTx = Parameters<Parameters<PostgresJsDatabase['transaction']>[0]>[0];
type Settings = Omit<KyselyConfig, 'dialect'>;

async function withDrizzle(options: ClientOptions, use: (db: PostgresJsDatabase) => Promise<void>): Promise<void> {
  const client = newClient(options);
  await use(drizzle({ client })).finally(() => endClient(client));
}

function viaDrizzle(options: ClientOptions = {}): SessionFactory {
  return (use) =>
    withDrizzle(options, (db) =>
      rolledBack<DrizzleTx>(
        (work) => db.transaction(work),
        (tx) => use(fromDrizzle(tx, drizzleSql)),
      ),
    );
}

const viaNestedDrizzle: SessionFactory = (use) =>
  withDrizzle({}, (db) =>
    rolledBack<DrizzleTx>(
      (work) => db.transaction(work),
      async (outer) => {
        let isPassed = false;
        const nested = outer.transaction(async (tx) => {
          await use(fromDrizzle(tx, drizzleSql));
          isPassed = true;
        });
        await nested.catch((error: unknown) => {
          // postgres.js rejects with the error of a statement, even if that was what the case expected.
          if (!isPassed) throw error;
        });
      },
    ),
  );

async function withKysely(
  options: ClientOptions,
  settings: Settings,
  use: (db: Kysely<unknown>) => Promise<void>,
): Promise<void> {
  const client = newClient(options);
  const db = new Kysely<unknown>({ dialect: new PostgresJSDialect({ postgres: client }), ...settings });
  await use(db).finally(() => endClient(client));
}

function viaKysely(options: ClientOptions = {}, settings: Settings = {}): SessionFactory {
  return (use) =>
    withKysely(options, settings, (db) =>
      rolledBack<Transaction<unknown>>(
        (work) => db.transaction().execute(work),
        (trx) => use(fromKysely(trx)),
      ),
    );
}

const viaControlledKysely: SessionFactory = (use) =>
  withKysely({}, {}, async (db) => {
    const trx = await db.startTransaction().execute();
    await use(fromKysely(trx)).finally(() => trx.rollback().execute());
  });

/** Transactions of query builders over postgres.js, on clients in the states that a program may have brought them into. */
export const queryBuilderKinds: Readonly<Record<string, SessionFactory>> = {
  'drizzle transaction': viaDrizzle(),
  'drizzle transaction, camel client': viaDrizzle({ transform: postgres.camel }),
  'drizzle transaction, fetch_types: false and prepare: false': viaDrizzle({ fetch_types: false, prepare: false }),
  'drizzle nested transaction': viaNestedDrizzle,
  'kysely transaction': viaKysely(),
  'kysely transaction, camel case': viaKysely({}, { plugins: [new CamelCasePlugin()] }),
  'kysely transaction, camel client': viaKysely({ transform: postgres.camel }),
  'kysely controlled transaction': viaControlledKysely,
};
