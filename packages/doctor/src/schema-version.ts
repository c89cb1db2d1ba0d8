import { asBoolean, asText } from '@bearmq/core/schema';
import { migrationStatus } from '@bearmq/migrations';
import { isOurLedger, notOurLedger } from '@bearmq/migrations/schema';
import { ask, type Examination, type Finding, shellWord } from './finding.ts';

/** What the ledger says; `isCurrent` tells whether what is there can be compared with what this package makes. */
export interface SchemaState {
  /** Whether our tables are there, as far as can be told. */
  readonly isOurs: boolean;
  readonly isMigrated: boolean;
  readonly isCurrent: boolean;
  readonly findings: readonly Finding[];
}

/** Looks for the schema, for the right to read it, and at the version in its ledger. */
export async function readSchema(at: Examination): Promise<SchemaState> {
  const { driver, tables: n } = at;
  const subject = `schema ${n.schemaName}`;
  const schema = JSON.stringify(n.schemaName);
  const migrateIt = `npx bearmq migrate --schema ${shellWord(n.schemaName)}; in a program migrate({ driver, schema: ${schema} }), or every statement of generateMigrationSql(${schema})`;
  const [row = []] = await ask(
    at,
    'schema',
    `select (c.oid is not null)::boolean,
       coalesce(pg_catalog.has_schema_privilege(s.oid, 'usage'), false)::boolean,
       coalesce((select pg_catalog.bool_and(pg_catalog.has_column_privilege(c.oid, a.attnum, 'select'))
         from pg_catalog.pg_attribute a
         where a.attrelid = c.oid and a.attname in ('version', 'oldest_client')), false)::boolean,
       pg_catalog.quote_ident(current_user)::text,
       coalesce(c.relkind in ('r', 'p') and ${isOurLedger('c.oid')}, false)::boolean,
       (j.oid is not null)::boolean,
       coalesce(pg_catalog.row_security_active(c.oid), false)::boolean
     from (select 1) one
     left join pg_catalog.pg_namespace s on s.nspname = $1::text
     left join pg_catalog.pg_class c on c.relnamespace = s.oid and c.relname = 'migration'
     left join pg_catalog.pg_class j on j.relnamespace = s.oid and j.relname = 'job'`,
    [n.schemaName],
  );
  if (!asBoolean(row[0])) {
    const message = `the schema ${schema} has no BearMQ tables in this database`;
    return stop({ kind: 'schema-missing', severity: 'error', subject, message, remedy: migrateIt });
  }
  if (!asBoolean(row[4])) {
    const remedy =
      'give BearMQ a schema of its own: npx bearmq migrate --schema <another name>, and that name wherever you make a Context';
    return stop({ kind: 'ledger-foreign', severity: 'error', subject, message: notOurLedger(n), remedy });
  }
  if (!asBoolean(row[1]) || !asBoolean(row[2])) {
    const role = asText(row[3]);
    return stop({
      kind: 'no-rights',
      severity: 'error',
      subject,
      message: `the role ${role} may not read the schema ${schema}, so nothing in it was looked at`,
      remedy: `grant usage on schema ${n.schema} to ${role}; grant select on all tables in schema ${n.schema} to ${role};`,
    });
  }
  const { current, latest, pending } = await migrationStatus({ driver, schema: n.schemaName });
  if (current === latest) return { isOurs: true, isMigrated: true, isCurrent: true, findings: [] };
  if (current === 0 && asBoolean(row[5])) {
    // That of a table with row security is told of by its own check.
    if (asBoolean(row[6])) return { isOurs: true, isMigrated: false, isCurrent: false, findings: [] };
    const rows = pending.map(({ version, name }) => `(${version}, '${name}')`).join(', ');
    return stop({
      kind: 'ledger-empty',
      severity: 'error',
      subject,
      message: `the table ${n.migration}, in which BearMQ keeps what was applied, has no row, though BearMQ's tables are there`,
      remedy: `put back those of its rows that had been applied: insert into ${n.migration} (version, name) values ${rows};`,
    });
  }
  if (current === 0) {
    const message = `no migration was applied to the schema ${schema}`;
    return stop({ kind: 'schema-missing', severity: 'error', subject, message, remedy: migrateIt });
  }
  const todo = pending.map(({ version, name }) => `${version} ${name}`).join(', ');
  const finding: Finding =
    current < latest
      ? {
          kind: 'schema-old',
          severity: 'error',
          subject,
          message: `the schema ${schema} is at version ${current}, this package makes ${latest}; to be applied: ${todo}`,
          remedy: migrateIt,
        }
      : {
          kind: 'schema-new',
          severity: 'warning',
          subject,
          message: `the schema ${schema} is at version ${current}, newer than the ${latest} that this package knows: what is in it was not compared`,
          remedy: 'bring this program to the version of BearMQ that migrated the schema',
        };
  return { isOurs: true, isMigrated: true, isCurrent: false, findings: [finding] };
}

function stop(finding: Finding): SchemaState {
  return { isOurs: false, isMigrated: false, isCurrent: false, findings: [finding] };
}
