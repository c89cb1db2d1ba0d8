import { toArrayLiteral } from '@bearmq/core/driver';
import { asBoolean, asNumber, asText } from '@bearmq/core/schema';
import { ask, type Check, type Finding } from './finding.ts';
import { OUR_TABLES } from './tables.ts';

/**
 * Tables of ours with row security. Whoever neither owns the table nor may bypass it sees, and may write, the rows that
 * a policy lets him: none where there is no policy. A policy that lets through all rows is let be.
 */
export const checkRowSecurity: Check = async (at) => {
  const { tables: n } = at;
  const rows = await ask(
    at,
    'row_security',
    `select c.relname::text, pg_catalog.count(p.oid)::int4,
       coalesce(pg_catalog.bool_and(coalesce(pg_catalog.pg_get_expr(p.polqual, c.oid) = 'true', true)
         and coalesce(pg_catalog.pg_get_expr(p.polwithcheck, c.oid) = 'true', true)), false)::boolean
     from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
     left join pg_catalog.pg_policy p on p.polrelid = c.oid
     where s.nspname = $1::text and c.relname = any ($2::text::text[]) and c.relrowsecurity
     group by c.relname order by 1`,
    [n.schemaName, toArrayLiteral(OUR_TABLES)],
  );
  return rows.flatMap((row): Finding[] => {
    const [name, policies] = [asText(row[0]), asNumber(row[1])];
    if (policies > 0 && asBoolean(row[2])) return [];
    const table = `${n.schema}.${name}`;
    const what =
      policies === 0
        ? 'and no policy: roles that do not own it see none of its rows, and can write none'
        : 'and policies that may hide rows, or refuse them: a job that a worker does not see is not run';
    return [
      {
        kind: 'row-security',
        severity: policies === 0 ? 'error' : 'warning',
        subject: `table ${name}`,
        message: `the table ${table} has row security, ${what}`,
        remedy: `alter table ${table} disable row level security;`,
      },
    ];
  });
};
