import { quoteIdentifier } from '@bearmq/core/driver';
import type { Tables } from '@bearmq/core/schema';
import { LATEST_VERSION, statementsMade } from '@bearmq/migrations/schema';
import { type CatalogueObject, key, readCatalogue } from './catalogue.ts';
import { EXPECTED } from './expected-objects.ts';
import type { Check, Finding } from './finding.ts';

/**
 * What the migrations made and is gone or changed. What others put into the schema is theirs. A vacuum setting with
 * another value than ours is somebody's choice; one that is gone was lost, by a dump or by hand.
 *
 * To be asked of a schema at this package's version only.
 */
export const checkDrift: Check = async (at) => {
  const { tables: n } = at;
  const found = new Map((await readCatalogue(at)).map((object) => [key(object), object]));
  const gone = EXPECTED.filter((object) => !found.has(key(object)));
  const goneTables = new Set(gone.filter(([type]) => type === 'table').map(([, table]) => table));
  const findings: Finding[] = [];
  const lostSettings = new Map<string, string[]>();
  for (const object of EXPECTED) {
    const [type, table, name, is] = object;
    const now = found.get(key(object))?.[3];
    // Nothing of a table that is gone is told of beside it.
    if (now === is || (type !== 'table' && goneTables.has(table))) continue;
    if (type === 'setting') {
      if (now === undefined) lostSettings.set(table, [...(lostSettings.get(table) ?? []), `${name} = ${is}`]);
      continue;
    }
    findings.push(now === undefined ? missing(n, object) : changed(n, object, now));
  }
  for (const [name, settings] of lostSettings) {
    const table = `${n.schema}.${name}`;
    findings.push({
      kind: 'table-setting-lost',
      severity: 'warning',
      subject: `table ${name}`,
      message: `the table ${table} lacks settings that the migrations gave it: ${settings.join(', ')}`,
      remedy: `alter table ${table} set (${settings.join(', ')});`,
    });
  }
  return findings;
};

function subjectOf([type, table, name]: CatalogueObject): string {
  return type === 'column' || type === 'constraint' ? `${type} ${table}.${name}` : `${type} ${name}`;
}

function missing(n: Tables, object: CatalogueObject): Finding {
  const subject = subjectOf(object);
  const sql = statementThatMakes(n, object);
  return {
    kind: 'object-missing',
    severity: 'error',
    subject,
    message: `the ${subject} is missing in the schema ${JSON.stringify(n.schemaName)}`,
    remedy: sql === undefined ? fromBackup(n) : `${sql};`,
  };
}

function changed(n: Tables, object: CatalogueObject, now: string): Finding {
  const [type, , name, is] = object;
  const subject = subjectOf(object);
  const what = type === 'function' ? 'has other code or settings than' : `is ${JSON.stringify(now)}, not`;
  const whose = type === 'function' ? `those of version ${LATEST_VERSION}` : `${JSON.stringify(is)} as migrated`;
  const sql = statementThatMakes(n, object);
  let remedy = fromBackup(n);
  if (sql !== undefined && type === 'index') {
    remedy = `drop index concurrently ${n.schema}.${quoteIdentifier(name, 'index')}; ${sql};`;
  } else if (sql !== undefined && type === 'function') {
    remedy = `${sql.replace(/^create (or replace )?/, 'create or replace ')};`;
  }
  return {
    kind: 'object-changed',
    severity: 'error',
    subject,
    message: `the ${subject} in the schema ${JSON.stringify(n.schemaName)} ${what} ${whose}`,
    remedy,
  };
}

/** The statement of the newest migration that makes it; columns, constraints and the like are parts of a table. */
function statementThatMakes(n: Tables, [type, , name]: CatalogueObject): string | undefined {
  const heads = headsOf(n, type, name);
  return statementsMade(n).findLast((statement) => heads.some((head) => statement.startsWith(head)));
}

function headsOf(n: Tables, type: string, name: string): readonly string[] {
  if (type === 'index') return [`create index ${name} on `, `create unique index ${name} on `];
  if (type === 'view') return [`create view ${n.schema}.${name} as`];
  if (type === 'sequence') return [`create sequence ${n.schema}.${name}`];
  if (type !== 'function') return [];
  const start = n.fn(name.slice(0, name.indexOf('(') + 1));
  return ['create ', 'create or replace '].flatMap((create) => [
    `${create}function ${start}`,
    `${create}procedure ${start}`,
  ]);
}

function fromBackup(n: Tables): string {
  return (
    `put it back as it is in a schema that is migrated afresh: migrate another one beside ${n.schema} ` +
    'and compare the two with pg_dump --schema-only'
  );
}
