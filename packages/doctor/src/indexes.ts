import { quoteIdentifier, toArrayLiteral } from '@bearmq/core/driver';
import { asText } from '@bearmq/core/schema';
import { ask, type Check, type Finding } from './finding.ts';
import { OUR_TABLES } from './tables.ts';

/**
 * Indexes of our tables that an interrupted `create index concurrently` or `reindex concurrently` left behind. One that
 * is being built at this moment is let be.
 */
export const checkIndexes: Check = async (at) => {
  const { tables: n } = at;
  const rows = await ask(
    at,
    'indexes',
    `select i.relname::text, t.relname::text
     from pg_catalog.pg_index x
     join pg_catalog.pg_class i on i.oid = x.indexrelid
     join pg_catalog.pg_class t on t.oid = x.indrelid
     join pg_catalog.pg_namespace s on s.oid = t.relnamespace
     where s.nspname = $1::text and t.relname = any ($2::text::text[])
       and not (x.indisvalid and x.indisready and x.indislive)
       and not exists (select from pg_catalog.pg_stat_progress_create_index p where p.index_relid = x.indexrelid)
     order by 1`,
    [n.schemaName, toArrayLiteral(OUR_TABLES)],
  );
  return rows.map((row): Finding => {
    const [name, table] = [asText(row[0]), asText(row[1])];
    const index = `${n.schema}.${quoteIdentifier(name, 'index')}`;
    const isLeftOver = /_cc(new|old)\d*$/.test(name);
    return {
      kind: 'index-invalid',
      severity: 'error',
      subject: `index ${name}`,
      message: `the index ${index} of the table ${table} is invalid: writes pay for it, and no query may use it`,
      remedy: isLeftOver ? `drop index concurrently ${index};` : `reindex index concurrently ${index};`,
    };
  });
};
