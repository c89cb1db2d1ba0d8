import type pg from 'pg';

/** All that a schema consists of, in words that do not name the schema: two schemas that are alike have the same. */
export async function snapshot(pool: pg.Pool, schema: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ line: string; name: string }>(
    `with here as (select oid from pg_namespace where nspname = $1),
     lines (line) as (
       select concat_ws(' ', 'table', c.relname, c.relkind::text, c.reloptions::text)
         from here join pg_class c on c.relnamespace = here.oid and c.relkind in ('r', 'p', 'v', 'S')
       union all
       select concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
           a.attidentity::text, pg_get_expr(d.adbin, d.adrelid))
         from here join pg_class c on c.relnamespace = here.oid and c.relkind = 'r'
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
       union all
       -- Of a composite type the order counts: rows are written without their columns' names.
       select concat_ws(' ', 'field', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod))
         from here join pg_class c on c.relnamespace = here.oid and c.relkind = 'c'
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       union all
       select concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid))
         from here join pg_class c on c.relnamespace = here.oid join pg_index i on i.indrelid = c.oid
       union all
       select concat_ws(' ', 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid))
         from here join pg_class c on c.relnamespace = here.oid join pg_constraint k on k.conrelid = c.oid
       union all
       select concat_ws(' ', 'enum', t.typname, array(
           select e.enumlabel from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder)::text)
         from here join pg_type t on t.typnamespace = here.oid and t.typtype = 'e'
       union all
       select concat_ws(' ', 'function', pg_get_functiondef(p.oid)) from here join pg_proc p on p.pronamespace = here.oid
     )
     select line, quote_ident($1) as name from lines order by 1`,
    [schema],
  );
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  return rows.map(({ line, name }) => line.replaceAll(quoted, () => '{s}').replaceAll(`${name}.`, () => '{s}.')).sort();
}
