import { DatabaseError, generateMigrationSql } from 'bearmq';
import pg from 'pg';
import { codeOf, DemoError, reasonOf } from './errors.ts';
import { SCHEMA } from './results.ts';

/** How the demo knows a schema for its own, before it drops one. */
const MARK = 'Made by the BearMQ demo, and dropped by it.';
/** Nobody else's lock, one would hope: the letters of "bearmq". */
const LOCK = 0x62_65_61_72_6d_71;
const OLDEST_VERSION = 14;
const CONNECT_MS = 10_000;

/** A migrated schema, ours alone until it is closed. */
export interface DemoDatabase {
  readonly pool: pg.Pool;
  /** What was done to get there. */
  readonly schemaNote: string;
  /** Drops the schema unless it is to be kept, and disconnects. */
  close(schema: 'drop' | 'keep'): Promise<void>;
}

/**
 * Connects, tells of the server, and migrates.
 *
 * @throws DemoError when that cannot be done.
 */
export async function openDatabase(url: string, onConnected: (label: string) => void): Promise<DemoDatabase> {
  const settings = { connectionString: url, connectionTimeoutMillis: CONNECT_MS, application_name: 'bearmq demo' };
  const holder = new pg.Client(settings); // keeps the lock
  holder.on('error', () => {}); // the pool's connections notice, too, and tell of it
  try {
    await holder.connect();
    onConnected(await checkServer(holder));
    const leftover = await prepareSchema(holder);
    const steps = generateMigrationSql(SCHEMA);
    for (const sql of steps) await holder.query(sql);
    const schemaNote = `${SCHEMA}: ${steps.length} statements of generateMigrationSql()${leftover}`;
    const pool = new pg.Pool({ ...settings, max: 10 });
    pool.on('error', () => {});
    const close = async (schema: 'drop' | 'keep'): Promise<void> => {
      try {
        if (schema === 'drop') await pool.query(`drop schema ${SCHEMA} cascade`);
        await pool.end();
        await holder.end().catch(() => {}); // its connection may have been cut meanwhile
      } catch (error) {
        throw new DemoError(`The schema ${SCHEMA} is left: ${explain(error, url)}`, { cause: error });
      }
    };
    return { pool, schemaNote, close };
  } catch (error) {
    await holder.end().catch(() => {});
    throw error instanceof DemoError ? error : new DemoError(explain(error, url), { cause: error });
  }
}

async function checkServer(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ version: string; encoding: string; standby: boolean; place: string }>(
    `select current_setting('server_version') as version, current_setting('server_encoding') as encoding,
      pg_is_in_recovery() as standby, current_database() as place`,
  );
  const { version = '0', encoding, standby, place } = rows[0] ?? {};
  if (Number.parseInt(version, 10) < OLDEST_VERSION) {
    throw new DemoError(`This is PostgreSQL ${version}: BearMQ needs ${OLDEST_VERSION} or later.`);
  }
  if (standby === true) throw new DemoError('This server is a read-only standby: name its primary.');
  if (encoding !== 'UTF8') {
    throw new DemoError(
      `The database ${place} is encoded in ${encoding}, which cannot hold every file name: use UTF8.`,
    );
  }
  return `PostgreSQL ${version.split(' ', 1)[0]}, database ${place}`;
}

/** Makes an empty schema, in place of one that an earlier run left. */
async function prepareSchema(client: pg.Client): Promise<string> {
  const lock = await client.query<{ ours: boolean }>('select pg_try_advisory_lock($1) as ours', [LOCK]);
  if (lock.rows[0]?.ours !== true) throw new DemoError('Another demo is running on this database: wait for its end.');
  const { rows } = await client.query<{ mark: string | null }>(
    `select obj_description(oid, 'pg_namespace') as mark from pg_namespace where nspname = $1`,
    [SCHEMA],
  );
  const [found] = rows;
  if (found !== undefined && found.mark !== MARK) {
    throw new DemoError(`There is a schema ${SCHEMA} that is not the demo's: rename it, or use another database.`);
  }
  if (found !== undefined) await client.query(`drop schema ${SCHEMA} cascade`);
  await client.query(`create schema ${SCHEMA}`);
  await client.query(`comment on schema ${SCHEMA} is '${MARK}'`);
  return found === undefined ? '' : ', in place of the schema of an earlier run';
}

/** Whether an error is the database's or the connection's: not all of them have a code. */
export function isDatabaseTrouble(error: unknown): boolean {
  if (error instanceof DemoError || !(error instanceof Error)) return false;
  return error instanceof DatabaseError || codeOf(error) !== undefined || /connection|timeout/i.test(error.message);
}

/** One sentence, with the remedy. */
export function explain(error: unknown, url: string): string {
  const { hostname, port, username, pathname } = new URL(url);
  const place = `${hostname === '' ? 'localhost' : decodeURIComponent(hostname)}:${port || '5432'}`;
  const reason = reasonOf(error);
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return `No PostgreSQL answers at ${place}: start it, or correct the address; without one the demo starts its own.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${hostname} is not known: correct the address of the database, or check the network.`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${place} cannot be reached: check the address, the network and the firewall.`;
    case '28P01':
    case '28000':
      return `${place} does not let ${username || 'this user'} in (${reason}): correct the user or the password.`;
    case '3D000':
      return `There is no database ${decodeURIComponent(pathname.slice(1))} at ${place}: create it, or name another one.`;
    case '42501':
      return `The user ${username} lacks a right (${reason}): grant create on the database to it, or name another user.`;
    case '53300':
      return `${place} has no connection left (${reason}): end some, or raise max_connections.`;
    case undefined:
      if (/timeout/i.test(reason)) return `${place} cannot be reached in time: check the address and the network.`;
      return `The connection to ${place} failed (${reason}): check the address, and the server's log.`;
    default:
      return `The database at ${place} cannot be used (${reason}): check its address and its log.`;
  }
}
