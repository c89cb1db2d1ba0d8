import type { SqlSession } from '@bearmq/core/driver';
import type { SessionFactory } from '@bearmq/driver-testkit';
import { undone } from '@bearmq/test-database/driver-tests';
import pg from 'pg';
import { fromPg, type PgDriverOptions, type Prepare } from '../src/index.ts';
import { drizzleKinds } from './drizzle-kinds.ts';
import { kyselyKinds } from './kysely-kinds.ts';
import { newPool, testUrl, unique, withDriver } from './support.ts';

/** Parsers as a program may have set them for itself: everything becomes something else. */
const strange = (): { strange: true } => ({ strange: true });

function viaPool(config: pg.PoolConfig, options: Omit<PgDriverOptions, 'pool'> = {}): SessionFactory {
  return (use) => withDriver(config, options, use);
}

function viaTransaction(options: Omit<PgDriverOptions, 'pool'>): SessionFactory {
  return (use) =>
    withDriver({}, options, (driver) =>
      undone((undo) =>
        driver.transaction(async (tx) => {
          await use(tx);
          undo();
        }),
      ),
    );
}

function viaClient(config: pg.ClientConfig, prepare: (client: pg.Client) => unknown = () => undefined): SessionFactory {
  return async (use) => {
    const client = new pg.Client({ connectionString: testUrl(), ...config });
    await client.connect();
    try {
      await prepare(client);
      await client.query('begin');
      await use(fromPg(client));
    } finally {
      await client.query('rollback');
      await client.end();
    }
  };
}

async function viaPoolClient(use: (session: SqlSession) => Promise<void>): Promise<void> {
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
}

async function withGlobalParsers(use: (session: SqlSession) => Promise<void>): Promise<void> {
  const oids = [16, 20, 23, 25, 701, 2278];
  const before = oids.map((oid) => [oid, pg.types.getTypeParser(oid, 'text')] as const);
  for (const oid of oids) pg.types.setTypeParser(oid, strange);
  try {
    await viaPool({})(use);
  } finally {
    for (const [oid, parser] of before) pg.types.setTypeParser(oid, parser);
  }
}

async function onListeningConnection(use: (session: SqlSession) => Promise<void>): Promise<void> {
  await withDriver({}, {}, async (driver) => {
    const session = await new Promise<SqlSession | null>((resolve, reject) => {
      const listener = { onConnected: resolve, onDisconnected: reject, onNotification: () => undefined };
      driver.listen(unique('listening'), listener);
    });
    if (session === null) throw new Error('no session on the listening connection');
    await use(session);
  });
}

/** Settings that change how values are written and read as text. */
const ODD_SETTINGS = `
  set datestyle = 'SQL, DMY'; set intervalstyle = 'iso_8601'; set timezone = 'Asia/Kathmandu'; set search_path = '';
  set bytea_output = 'escape'; set standard_conforming_strings = off; set escape_string_warning = off;
  set extra_float_digits = 3; set default_transaction_isolation = 'serializable'`;

/** The ways that depend on what is prepared. A pool of one, so that what is prepared is met again. */
export function poolKinds(prepare: Prepare): Readonly<Record<string, SessionFactory>> {
  return { pool: viaPool({ max: 1 }, { prepare }), 'transaction of the driver': viaTransaction({ prepare }) };
}

/** Every way in which statements reach a server through this package. */
export const sessionKinds: Readonly<Record<string, SessionFactory>> = {
  ...poolKinds('auto'),
  'pool of several connections': viaPool({}),
  'pool with its own type parsers': viaPool({ types: { getTypeParser: () => strange } }),
  'pool after pg.types.setTypeParser': withGlobalParsers,
  'pool of pipelining clients': viaPool({ pipeline: true }),
  "caller's transaction on a pool client": viaPoolClient,
  "caller's transaction on a client": viaClient({}),
  "caller's transaction on a client with type parsers": viaClient({}, (client) => {
    for (const oid of [16, 23, 25, 701]) client.setTypeParser(oid, strange);
  }),
  "caller's transaction on a pipelining client": viaClient({ pipeline: true }),
  "caller's transaction under odd settings": viaClient({}, (client) => client.query(ODD_SETTINGS)),
  'connection that listens': onListeningConnection,
  ...kyselyKinds,
  ...drizzleKinds,
};
