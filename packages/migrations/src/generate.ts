import { quoteLiteral, type Tables, tablesOf } from '@bearmq/core/driver';
import { lockedBlock } from './locked-block.ts';
import type { Migration } from './migration.ts';
import { migrations } from './versions/index.ts';

/**
 * The SQL that brings a schema to the newest version: statements to be sent one at a time, in order, by any client.
 *
 * They create the schema if it is missing, bring any earlier version up to date, and change nothing when run again.
 * Each statement is a transaction of its own that first takes an advisory lock of the schema, so that several processes
 * may run them at once. The role needs the right to create the schema, or to create objects in one that exists.
 *
 * @param schema - any name that PostgreSQL allows, up to 63 bytes; it is quoted.
 * @throws InvalidIdentifierError for a name that PostgreSQL could not hold.
 *
 * @example
 * for (const sql of generateMigrationSql('_bearmq')) await pool.query(sql);
 */
export function generateMigrationSql(schema: string): string[] {
  const tables = tablesOf(schema);
  return [bootstrap(tables), ...migrations.map((migration) => step(tables, migration))];
}

/**
 * Makes the schema and its ledger. `create schema if not exists` would ask for a right that is not needed, and either
 * `if not exists` would say so in a notice, which some clients print.
 */
function bootstrap(n: Tables): string {
  return lockedBlock(
    n,
    `if not exists (select 1 from pg_catalog.pg_namespace where nspname = ${quoteLiteral(n.schemaName)}) then
    create schema ${n.schema};
  end if;
  if pg_catalog.to_regclass(${quoteLiteral(n.migration)}) is null then
    create table ${n.migration} (
      version integer primary key,
      name text not null,
      applied_at timestamptz not null default now()
    );
  end if;`,
  );
}

/** One migration: skipped when the ledger has it, else applied and entered in one transaction. */
function step(n: Tables, migration: Migration): string {
  return lockedBlock(
    n,
    `if exists (select 1 from ${n.migration} where version = ${migration.version}) then
    return;
  end if;
  ${migration
    .statements(n)
    .map((statement) => `${statement};`)
    .join('\n')}
  insert into ${n.migration} (version, name) values (${migration.version}, ${quoteLiteral(migration.name)});`,
  );
}
