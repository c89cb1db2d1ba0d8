import type { SqlSession } from '@bearmq/core/driver';
import type { SessionFactory } from '@bearmq/driver-testkit';
import { rolledBack } from '@bearmq/test-database/driver-tests';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { fromPostgresJs, type PostgresJsDriverOptions, type PostgresJsTransaction } from '../src/index.ts';
import { queryBuilderKinds } from './query-builder-kinds.ts';
import { type ClientOptions, endClient, listeningSession, newClient, withDriver } from './support.ts';

/** Everything becomes something else, in both directions. */
const strange = (to: number, from: number[]): postgres.PostgresType => ({
  to,
  from,
  serialize: () => 'strange',
  parse: () => ({ strange: true }),
});
const strangeTypes = { text: strange(25, [25, 1043]), ints: strange(23, [23]), floats: strange(701, [701]) };
const strangeValues = { bools: strange(16, [16]), voids: strange(2278, [2278]) };

/** Clients in the states that a program may have brought them into. */
const clients: Readonly<Record<string, ClientOptions>> = {
  default: {},
  camel: { transform: postgres.camel },
  'pascal, by functions': { transform: { column: postgres.toPascal, value: () => 'strange', undefined: null } },
  'rows transformed': { transform: { row: { from: (row) => ({ ...row, added: 1 }) } } },
  'fetch_types: false': { fetch_types: false },
  'prepare: false': { prepare: false },
  'types of its own': { types: { ...strangeTypes, ...strangeValues } },
  'debug: true': { debug: true },
  'one connection': { max: 1 },
};

function viaDriver(client: ClientOptions, options: Omit<PostgresJsDriverOptions, 'sql'> = {}): SessionFactory {
  return (use) => withDriver(client, options, use);
}

async function afterDrizzle(use: (session: SqlSession) => Promise<void>): Promise<void> {
  await withDriver({}, {}, async (driver, sql) => {
    const db = drizzle(sql);
    await db.execute('select now()');
    await use(driver);
  });
}

function viaTransaction(client: ClientOptions, options: Omit<PostgresJsDriverOptions, 'sql'> = {}): SessionFactory {
  return (use) =>
    withDriver(client, options, (driver) =>
      rolledBack<SqlSession>(
        (work) => driver.transaction(work),
        (tx) => use(tx),
      ),
    );
}

function viaBegin(
  client: ClientOptions,
  prepare: (tx: postgres.TransactionSql) => unknown = () => undefined,
): SessionFactory {
  return async (use) => {
    const sql = newClient(client);
    try {
      await rolledBack<postgres.TransactionSql>(
        (work) => sql.begin(work),
        async (tx) => {
          await prepare(tx);
          await use(fromPostgresJs(tx));
        },
      );
    } finally {
      await endClient(sql);
    }
  };
}

async function viaSavepoint(use: (session: SqlSession) => Promise<void>): Promise<void> {
  await withinBegin(async (tx) => {
    let isPassed = false;
    const inner = tx.savepoint(async (savepoint) => {
      await use(fromPostgresJs(savepoint));
      isPassed = true;
    });
    await inner.catch((error: unknown) => {
      // postgres.js rejects with the error of a statement, even if that was what the case expected.
      if (!isPassed) throw error;
    });
  });
}

async function withinBegin(work: (tx: postgres.TransactionSql) => Promise<void>): Promise<void> {
  const sql = newClient();
  await rolledBack<postgres.TransactionSql>((begun) => sql.begin(begun), work).finally(() => endClient(sql));
}

async function viaReserve(use: (session: SqlSession) => Promise<void>): Promise<void> {
  const sql = newClient();
  const reserved = await sql.reserve();
  try {
    await reserved`begin`;
    await use(fromPostgresJs(reserved satisfies PostgresJsTransaction));
  } finally {
    await reserved`rollback`;
    reserved.release();
    await endClient(sql);
  }
}

async function onListeningConnection(use: (session: SqlSession) => Promise<void>): Promise<void> {
  await withDriver({ transform: { row: () => ({}) }, types: strangeTypes }, {}, async (driver) => {
    await use(await listeningSession(driver));
  });
}

/** Settings that change how values are written and read as text. */
const ODD_SETTINGS = `
  set local datestyle = 'SQL, DMY'; set local intervalstyle = 'iso_8601'; set local timezone = 'Asia/Kathmandu';
  set local search_path = ''; set local bytea_output = 'escape'; set local standard_conforming_strings = off;
  set local escape_string_warning = off; set local extra_float_digits = 3`;

/** Every way in which statements reach a server through this package. */
export const sessionKinds: Readonly<Record<string, SessionFactory>> = {
  ...Object.fromEntries(Object.entries(clients).map(([kind, client]) => [`client, ${kind}`, viaDriver(client)])),
  'client, nothing prepared by us': viaDriver({}, { prepare: 'never' }),
  'client after drizzle(sql)': afterDrizzle,
  'transaction of the driver': viaTransaction({}),
  'transaction of the driver, camel': viaTransaction({ transform: postgres.camel }),
  'transaction of the driver, nothing prepared': viaTransaction({ prepare: false }),
  'sql.begin of the caller': viaBegin({}),
  'sql.begin of the caller, camel': viaBegin({ transform: postgres.camel, fetch_types: false }),
  'sql.begin of the caller, rows transformed': viaBegin(clients['rows transformed'] ?? {}),
  'sql.begin of the caller, types of its own': viaBegin({ types: strangeTypes, prepare: false }),
  'savepoint of the caller': viaSavepoint,
  'sql.reserve of the caller': viaReserve,
  'sql.begin of the caller, odd settings': viaBegin({}, (tx) => tx.unsafe(ODD_SETTINGS)),
  'connection that listens': onListeningConnection,
  ...queryBuilderKinds,
};
