import { asText } from '@bearmq/core/schema';
import { ask, type Examination } from './finding.ts';

/**
 * One object of a schema: what it is, its table (empty for types, sequences and functions), its name, and what is the
 * same of it on every PostgreSQL. Texts that the server makes of expressions are not: they differ between majors, and
 * with the `search_path`.
 */
export type CatalogueObject = readonly [type: string, table: string, name: string, is: string];

/**
 * All that a schema consists of, in words that do not name the schema.
 *
 * Of a view there are its columns, in order. Of a function there is a hash of its source, settings and arguments; of a type its labels, or its fields in order; of an
 * index its columns, and whether it is unique or partial; of a check its columns, and whether it was validated. Not-null
 * constraints belong to the columns: they are in `pg_constraint` since 18 only. SHA-256, since a server under FIPS has no
 * MD5.
 */
export async function readCatalogue(at: Examination): Promise<readonly CatalogueObject[]> {
  const rows = await ask(
    at,
    'catalogue',
    `with here as (select oid from pg_catalog.pg_namespace where nspname = $1::text),
     rel as (select c.* from here join pg_catalog.pg_class c on c.relnamespace = here.oid where c.relkind in ('r', 'p')),
     typ as (
       select t.oid, case when here.oid is not null then t.typname
         -- It is qualified where the search path has another of its name before it.
         else pg_catalog.replace(pg_catalog.format_type(t.oid, null), 'pg_catalog.', '') end as name
       from pg_catalog.pg_type t left join here on t.typnamespace in (here.oid)
     )
     select 'table'::text, relname::text, relname::text,
       pg_catalog.concat_ws(' ', case relkind when 'p' then 'partitioned' else 'plain' end,
         case relpersistence when 'p' then 'logged' else 'unlogged' end)::text
     from rel
     union all
     select 'column', rel.relname, a.attname,
       pg_catalog.concat_ws(' ', typ.name, case when a.attnotnull then 'not null' end,
         case when a.atthasdef then 'default' end,
         case a.attidentity when 'a' then 'always identity' when 'd' then 'default identity' end)
     from rel join pg_catalog.pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
     join typ on typ.oid = a.atttypid
     union all
     select 'index', rel.relname, i.relname,
       pg_catalog.concat_ws(' ', m.amname, case when x.indisunique then 'unique' end,
         '(' || pg_catalog.array_to_string(array(
           select coalesce(a.attname, 'expression') || case when (k.option & 1) = 1 then ' desc' else '' end
           from rows from (pg_catalog.unnest(x.indkey::int2[]), pg_catalog.unnest(x.indoption::int2[]))
             with ordinality as k (attnum, option, place)
           left join pg_catalog.pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum
           order by k.place), ', ') || ')', case when x.indpred is not null then 'partial' end)
     from rel join pg_catalog.pg_index x on x.indrelid = rel.oid join pg_catalog.pg_class i on i.oid = x.indexrelid
     join pg_catalog.pg_am m on m.oid = i.relam
     union all
     select 'constraint', rel.relname, k.conname,
       pg_catalog.concat_ws(' ', case k.contype when 'p' then 'primary key' when 'u' then 'unique'
           when 'f' then 'foreign key' when 'c' then 'check' else 'exclude' end, '(' || pg_catalog.array_to_string(array(
           select a.attname from pg_catalog.unnest(k.conkey) u
           join pg_catalog.pg_attribute a on a.attrelid = rel.oid and a.attnum = u
           order by a.attname), ', ') || ')', case when not k.convalidated then 'not valid' end)
     from rel join pg_catalog.pg_constraint k on k.conrelid = rel.oid and k.contype in ('p', 'u', 'f', 'c', 'x')
     union all
     select 'view', '', c.relname, pg_catalog.array_to_string(array(
         select a.attname || ' ' || typ.name from pg_catalog.pg_attribute a join typ on typ.oid = a.atttypid
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum), ', ')
     from here join pg_catalog.pg_class c on c.relnamespace = here.oid and c.relkind = 'v'
     union all
     select 'setting', rel.relname, o.option_name, o.option_value
     from rel, pg_catalog.pg_options_to_table(rel.reloptions) o
     union all
     select 'type', '', t.typname, pg_catalog.array_to_string(array(
         select e.enumlabel from pg_catalog.pg_enum e where e.enumtypid = t.oid order by e.enumsortorder), ', ')
     from here join pg_catalog.pg_type t on t.typnamespace = here.oid and t.typtype = 'e'
     union all
     select 'type', '', c.relname, pg_catalog.array_to_string(array(
         select a.attname || ' ' || typ.name from pg_catalog.pg_attribute a join typ on typ.oid = a.atttypid
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum), ', ')
     from here join pg_catalog.pg_class c on c.relnamespace = here.oid and c.relkind = 'c'
     union all
     select 'sequence', '', c.relname, case c.relpersistence when 'p' then 'logged' else 'unlogged' end
     from here join pg_catalog.pg_class c on c.relnamespace = here.oid and c.relkind = 'S'
     where not exists (select 1 from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'i') -- of a column
     union all
     select 'function', '', p.proname || '(' || pg_catalog.array_to_string(array(
         select typ.name from pg_catalog.unnest(p.proargtypes) with ordinality as u (oid, place) join typ on typ.oid = u.oid
         order by u.place), ', ') || ')',
       pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.concat_ws(E'\\n',
         pg_catalog.replace(p.prosrc, $2::text, '{s}.'), p.provolatile, p.prosecdef,
         p.proretset, p.proconfig, p.proargnames), 'UTF8')), 'hex'), 16)
     from here join pg_catalog.pg_proc p on p.pronamespace = here.oid`,
    [at.tables.schemaName, `${at.tables.schema}.`],
  );
  const objects = rows.map((row) => row.map(asText) as unknown as CatalogueObject);
  return objects.sort((a, b) => compare(key(a), key(b)));
}

/** What an object is found by. */
export function key([type, table, name]: CatalogueObject): string {
  return JSON.stringify([type, table, name]);
}

/** By code units: the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
