import { randomUUID } from 'node:crypto';
import type { Driver } from '@bearmq/core/driver';
import { quoteIdentifier } from '@bearmq/core/driver';
import { migrate } from '@bearmq/migrations';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';

/** A schema for one measurement, that nothing else uses. */
export interface BenchSchema {
  readonly name: string;
  /** SQL that takes it away, for whoever has to do so by hand. */
  readonly dropSql: string;
  drop(): Promise<void>;
}

/** What figures depend on, of the server. */
export interface BenchServer {
  readonly version: string;
  readonly synchronousCommit: string;
  /** How long it takes to be answered at all, in milliseconds: the median of several. */
  readonly roundTripMs: number;
}

const ROUND_TRIPS = 25;

/** @throws {CliError} where this role may not create a schema in this database. */
export async function makeBenchSchema(driver: Driver): Promise<BenchSchema> {
  await checkMayCreate(driver);
  const name = `bearmq_bench_${randomUUID().slice(0, 8)}`;
  const dropSql = `drop schema if exists ${quoteIdentifier(name)} cascade`;
  const schema: BenchSchema = {
    name,
    dropSql,
    drop: async () => {
      await driver.run({ name: 'bearmq_cli_drop_bench', text: dropSql, values: [], plan: 'anew', mayTakeLong: true });
    },
  };
  try {
    await migrate({ driver, schema: name });
  } catch (error) {
    await schema.drop();
    throw error;
  }
  return schema;
}

async function checkMayCreate(driver: Driver): Promise<void> {
  const text = `select pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create')::boolean,
    pg_catalog.current_database()::text, current_user::text`;
  const [row = []] = await driver.run({ name: 'bearmq_cli_may_create', text, values: [], plan: 'anew' });
  const [mayCreate, database, role] = row;
  if (mayCreate === true) return;
  const grant = `grant create on database ${quoteIdentifier(String(database))} to ${quoteIdentifier(String(role))}`;
  throw new CliError(
    EXIT.refused,
    `the role ${JSON.stringify(role)} may not create a schema in the database ${JSON.stringify(database)}, and bench measures ` +
      `in one of its own: give another database by --database-url, or have its owner run: ${grant}`,
  );
}

export async function serverOf(driver: Driver): Promise<BenchServer> {
  const text = `select pg_catalog.current_setting('server_version')::text, pg_catalog.current_setting('synchronous_commit')::text`;
  const [row = []] = await driver.run({ name: 'bearmq_cli_server', text, values: [] });
  const took: number[] = [];
  for (let n = 0; n < ROUND_TRIPS; n += 1) {
    const began = performance.now();
    await driver.run({ name: 'bearmq_cli_round_trip', text: 'select 1::int4', values: [] });
    took.push(performance.now() - began);
  }
  const [version, synchronousCommit] = row.map(String);
  return { version: version ?? '', synchronousCommit: synchronousCommit ?? '', roundTripMs: quantile(took, 0.5) };
}

/** The value that so large a share is not above; 0 where there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
