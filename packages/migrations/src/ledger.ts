import { quoteLiteral, type Tables } from '@bearmq/core/schema';
import { lockedBlock } from './locked-block.ts';
import type { Migration } from './migration.ts';

/** The SQLSTATEs of a schema that cannot be migrated. */
export const NOT_OUR_LEDGER = 'BM002';
export const EMPTY_LEDGER = 'BM003';

/**
 * Makes the schema and its ledger. `create schema if not exists` would ask for a right that is not needed, and either
 * `if not exists` would say so in a notice, which some clients print.
 *
 * A table of that name that is somebody else's is refused: taken for the ledger, it might say that all is done. So is a
 * ledger without rows beside our tables: all would be made again.
 */
export function makeLedger(n: Tables, migrations: readonly Migration[]): string {
  const rows = migrations.map(({ version, name }) => `(${version}, ${quoteLiteral(name).trim()})`).join(', ');
  return lockedBlock(
    n,
    `if not exists (select 1 from pg_catalog.pg_namespace where nspname = ${quoteLiteral(n.schemaName)}) then
    create schema ${n.schema};
  end if;
  if pg_catalog.to_regclass(${quoteLiteral(n.migration)}) is null then
    create table ${n.migration} (
      version integer primary key,
      name text not null,
      oldest_client integer not null default 1,
      applied_at timestamptz not null default now()
    );
  elsif not ${isOurLedger(`pg_catalog.to_regclass(${quoteLiteral(n.migration)})`)} then
    raise exception using errcode = '${NOT_OUR_LEDGER}', message = ${quoteLiteral(notOurLedger(n))};
  elsif pg_catalog.to_regclass(${quoteLiteral(n.job)}) is not null and not exists (select 1 from ${n.migration}) then
    raise exception using errcode = '${EMPTY_LEDGER}', message = ${quoteLiteral(
      `BearMQ's ledger, the table ${n.migration}, shows no row, though BearMQ's tables are there: its rows were deleted, or ` +
        'row security hides them; put back the rows of what was applied: ' +
        `insert into ${n.migration} (version, name) values ${rows}`,
    )};
  end if;`,
  );
}

export function notOurLedger(n: Tables): string {
  return (
    `the table ${n.migration} is not BearMQ's ledger, since it has other columns: it belongs to another program; ` +
    'give BearMQ a schema of its own'
  );
}

/** An expression: whether the relation of an oid has the columns of the ledger. */
export function isOurLedger(oid: string): string {
  return `(select pg_catalog.count(*) = 4 from pg_catalog.pg_attribute a
    join pg_catalog.pg_type t on t.oid = a.atttypid
    where a.attrelid = ${oid} and not a.attisdropped and (a.attname, t.typname) in
      (('version', 'int4'), ('name', 'text'), ('oldest_client', 'int4'), ('applied_at', 'timestamptz')))`;
}
