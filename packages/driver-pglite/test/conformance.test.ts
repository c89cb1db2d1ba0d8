import type { SqlSession } from '@bearmq/core/driver';
import { fromDrizzle } from '@bearmq/core/drizzle';
import { fromKysely } from '@bearmq/core/kysely';
import { driverConformance, type SessionFactory } from '@bearmq/driver-testkit';
import { rolledBack } from '@bearmq/test-database/driver-tests';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { afterAll, describe, it } from '@jest/globals';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { CamelCasePlugin, Kysely, type Transaction as KyselyTx, PGliteDialect } from 'kysely';
import { fromPglite, pgliteDriver } from '../src/index.ts';

const db = await PGlite.create();
afterAll(() => db.close());
await db.exec('create schema conformance');

/** Parsers and serializers as a program may have set them for itself: everything becomes something else. */
const strange = await PGlite.create({
  parsers: Object.fromEntries([16, 20, 23, 25, 701, 2278].map((oid) => [oid, () => ({ strange: true })])),
  serializers: Object.fromEntries([16, 20, 23, 25, 701].map((oid) => [oid, () => 'strange'])),
});
afterAll(() => strange.close());

function viaCaller(database: PGlite, prepare: (tx: Transaction) => Promise<unknown> = async () => {}): SessionFactory {
  return (use) =>
    rolledBack<Transaction>(
      (work) => database.transaction(work),
      async (tx) => {
        await prepare(tx);
        await use(fromPglite(tx));
      },
    );
}

const kysely = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite: db }), plugins: [new CamelCasePlugin()] });

const viaKysely: SessionFactory = (use) =>
  rolledBack<KyselyTx<unknown>>(
    (work) => kysely.transaction().execute(work),
    (trx) => use(fromKysely(trx)),
  );

const viaControlledKysely: SessionFactory = async (use) => {
  const trx = await kysely.startTransaction().execute();
  const savepoint = await trx.savepoint('before').execute();
  await use(fromKysely(savepoint)).finally(() => trx.rollback().execute());
};

type DrizzleTx = Parameters<Parameters<PgliteDatabase['transaction']>[0]>[0];

const viaDrizzle: SessionFactory = (use) =>
  rolledBack<DrizzleTx>(
    (work) => drizzle({ client: db }).transaction(work),
    (tx) => use(fromDrizzle(tx, drizzleSql)),
  );

const viaNestedDrizzle: SessionFactory = (use) =>
  drizzle({ client: db }).transaction((outer) =>
    rolledBack<DrizzleTx>(
      (work) => outer.transaction(work),
      (tx) => use(fromDrizzle(tx, drizzleSql)),
    ),
  );

const ODD_SETTINGS = `
  set local datestyle = 'SQL, DMY'; set local intervalstyle = 'iso_8601'; set local timezone = 'Asia/Kathmandu';
  set local search_path = ''; set local bytea_output = 'escape'; set local standard_conforming_strings = off;
  set local escape_string_warning = off; set local extra_float_digits = 3`;

driverConformance(
  { describe, it },
  {
    name: 'pglite',
    schema: 'conformance',
    open: async () => ({
      driver: pgliteDriver({ db }),
      useBorrowedClient: () => db.query('select 1'),
      dispose: async () => undefined,
    }),
    sessions: {
      database: (use) => use(pgliteDriver({ db })),
      'database with parsers and serializers of its own': (use) => use(pgliteDriver({ db: strange })),
      'transaction of the driver': (use) =>
        rolledBack<SqlSession>(
          (work) => pgliteDriver({ db }).transaction(work),
          (tx) => use(tx),
        ),
      'transaction of the caller': viaCaller(db),
      'transaction of the caller, strange database': viaCaller(strange),
      'transaction of the caller, odd settings': viaCaller(db, (tx) => tx.exec(ODD_SETTINGS)),
      'kysely transaction, camel case': viaKysely,
      'kysely controlled transaction, savepoint': viaControlledKysely,
      'drizzle transaction': viaDrizzle,
      'drizzle nested transaction': viaNestedDrizzle,
    },
    capabilities: {
      concurrentConnections: 'PGlite has one connection, and a transaction has it to itself',
      terminateBackend: 'PGlite has no server process that could be ended',
      lostTransaction: 'the connection of PGlite is within the process, and cannot be lost',
      statementTimeout: 'PGlite has no timers that cut a statement off',
      notifications: true,
      listeningSession: 'the one connection of PGlite is not the own of a subscription, and outlives it',
      borrowedClient: true,
      endedClient: 'the database is that of all cases, and takes a second to make; driver.test.ts has its own',
    },
  },
);
