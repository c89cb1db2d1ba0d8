import { quoteIdentifier } from '@bearmq/core/driver';
import { quoteLiteral, type Tables } from '@bearmq/core/schema';
import { makeLedger } from './ledger.ts';
import { lockedBlock } from './locked-block.ts';
import { createIndex, type IndexMigration, type Migration } from './migration.ts';
import { withShortLockWait } from './short-lock-wait.ts';

/** What is sent to make the ledger, or to apply one migration. */
export interface Step {
  /** Statements to be sent one at a time, each a transaction. Sent again, all of them, when one is refused. */
  readonly texts: readonly string[];
  /** What to send, outside of any transaction, when they fail with {@link TABLE_TOO_LARGE}; then they are sent again. */
  readonly concurrently?: string;
}

/** The SQLSTATE of a step that would hold up writers: its index is to be made with `create index concurrently`. */
export const TABLE_TOO_LARGE = 'BM001';

/** Up to so many bytes a table is small: some 20,000 jobs, of which an index is made in some 20 ms. */
const SMALL_TABLE_BYTES = 4 * 1024 * 1024;

/** All that brings a schema to the last of the migrations, whatever its version is. */
export function stepsOf(n: Tables, migrations: readonly Migration[]): readonly Step[] {
  return [
    { texts: [makeLedger(n, migrations)] },
    ...migrations.map((migration) =>
      'index' in migration
        ? indexStep(n, migration)
        : { texts: [once(n, migration, migration.statements(n).map(ended).join('\n'))] },
    ),
  ];
}

/** Skipped when the ledger has the migration, else applied and entered in one transaction. */
function once(n: Tables, { version, name, oldestClient = 1 }: Migration, body: string): string {
  return lockedBlock(
    n,
    withShortLockWait(
      n,
      titleOf({ version, name }),
      `if not exists (select 1 from ${n.migration} where version = ${version}) then
  ${body}
  insert into ${n.migration} (version, name, oldest_client) values (${version}, ${quoteLiteral(name)}, ${oldestClient});
    end if;`,
    ),
  );
}

/**
 * An index that a build leaves behind when it is cut is invalid, and so is one that is being built. A build holds `share
 * update exclusive` on the table: whoever gets that lock knows that nobody builds. It is not waited for: a builder waits for
 * the snapshots of those who wait for whoever clears, and the three would wait in a circle.
 */
function indexStep(n: Tables, migration: IndexMigration): Step {
  const index = migration.index(n);
  const built = `${n.schema}.${quoteIdentifier(index.name, 'index name')}`;
  const isInvalid = `exists (select 1 from pg_catalog.pg_index
      where indexrelid = pg_catalog.to_regclass(${quoteLiteral(built)}) and not indisvalid)`;
  const concurrently = createIndex(index, 'create index concurrently');
  const clear = lockedBlock(
    n,
    withShortLockWait(
      n,
      titleOf(migration),
      `if ${isInvalid} then
      lock table ${index.table} in share update exclusive mode nowait;
      if ${isInvalid} then
        drop index ${built};
      end if;
    end if;`,
    ),
  );
  const make = once(
    n,
    migration,
    `if ${isInvalid} then -- a build that has begun since
    raise lock_not_available;
  elsif pg_catalog.to_regclass(${quoteLiteral(built)}) is null then
    if pg_catalog.pg_relation_size(${quoteLiteral(index.table)}) > ${SMALL_TABLE_BYTES} then
      raise exception using errcode = '${TABLE_TOO_LARGE}', message = ${quoteLiteral(
        `${titleOf(migration)} makes an index of a large table, which must not hold up writers: outside of any ` +
          `transaction, run: ${concurrently}; then run the migrations again`,
      )};
    end if;
    ${ended(createIndex(index, 'create index'))}
  end if;`,
  );
  return { texts: [clear, make], concurrently };
}

function titleOf({ version, name }: { readonly version: number; readonly name: string }): string {
  return `migration ${version} (${name})`;
}

function ended(statement: string): string {
  return `${statement};`;
}
