import { Context } from '@bearmq/core';
import type { Driver } from '@bearmq/core/driver';
import { pgDriver } from '@bearmq/driver-pg';
import pg from 'pg';
import { usageError } from './cli-error.ts';
import { type FoundConfig, readConfig } from './config-file.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Surroundings } from './surroundings.ts';

/** The database that a command works on. */
export interface Database {
  readonly driver: Driver;
  readonly schema: string;
  /** A context of its own, for what only a context can do. */
  readonly context: () => Context;
  close(): Promise<void>;
}

const DEFAULT_SCHEMA = '_bearmq';
const DEFAULT_TIMEOUT_SECS = 10;

/** @throws {CliError} where nothing says which database it is. */
export async function openDatabase(global: GlobalOptions, { env, cwd }: Surroundings): Promise<Database> {
  const config = await readConfig(cwd, global.config);
  const timeoutSecs = global.timeout ?? DEFAULT_TIMEOUT_SECS;
  const pool = new pg.Pool({
    ...addressOf(global, env, config),
    max: 4,
    application_name: 'bearmq cli',
    connectionTimeoutMillis: timeoutSecs * 1000,
    allowExitOnIdle: true,
  });
  const driver = pgDriver({ pool, answerTimeoutSecs: timeoutSecs });
  const schema = schemaOf(global, env, config);
  let context: Context | undefined;
  return {
    driver,
    schema,
    context: () => {
      context ??= new Context({ driver, schema });
      return context;
    },
    close: async () => {
      await driver.close();
      await pool.end();
    },
  };
}

/** Where nothing else says so, it is the name that the documentation uses. */
export function schemaOf(global: GlobalOptions, env: Surroundings['env'], config: FoundConfig): string {
  return global.schema ?? env['BEARMQ_SCHEMA'] ?? config.schema ?? DEFAULT_SCHEMA;
}

function addressOf(global: GlobalOptions, env: Surroundings['env'], config: FoundConfig): pg.PoolConfig {
  const url = global.databaseUrl ?? env['BEARMQ_DATABASE_URL'] ?? config.databaseUrl ?? env['DATABASE_URL'];
  if (url !== undefined && url !== '') return { connectionString: checkedUrl(url) };
  const { PGHOST: host, PGPORT: port, PGDATABASE: database, PGUSER: user, PGPASSWORD: password } = env;
  if (host === undefined && database === undefined) {
    throw usageError(
      'no database: say which by --database-url, BEARMQ_DATABASE_URL, a config file, DATABASE_URL, or PGHOST and so on',
    );
  }
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined || port === '' ? {} : { port: checkedPort(port) }),
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
}

/** The client takes what is no address for the name of a database. The address may hold a password: it is not repeated. */
function checkedUrl(url: string): string {
  if (/^(postgres|postgresql|socket):/i.test(url)) return url;
  throw usageError('the address of the database: must begin with postgres:// or postgresql://');
}

/** The client throws for one that is none where nobody hears of it, and then never ends. */
function checkedPort(port: string): number {
  if (/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) return Number(port);
  throw usageError(`PGPORT: ${JSON.stringify(port)}: give a whole number from 1 to 65535`);
}
