import { toArrayLiteral } from '@bearmq/core/driver';
import { asBoolean, asNullable, asNumber, asText } from '@bearmq/core/schema';
import { ask, type Check, type Finding, lasting } from './finding.ts';
import { OUR_TABLES } from './tables.ts';

/** Autovacuum comes when dead rows pass its threshold; so many times the threshold means that it did not. */
const THRESHOLDS = 10;

/**
 * Whether dead rows of our tables are removed: autovacuum not turned off for one, and none with many dead rows that has
 * not been vacuumed for long. A table that never was counts from the newest migration.
 */
export const checkVacuum: Check = async (at) => {
  const { tables: n, patienceSecs } = at;
  const rows = await ask(
    at,
    'vacuum',
    `with ours as (
       select c.relname, c.oid, c.reltuples, pg_catalog.quote_ident(c.relname) as quoted,
         (select pg_catalog.jsonb_object_agg(o.option_name, o.option_value)
          from pg_catalog.pg_options_to_table(c.reloptions) o) as options
       from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
       where s.nspname = $1::text and c.relkind = 'r' and c.relname = any ($2::text::text[])
     ),
     seen as (
       select o.*, t.n_dead_tup::float8 as dead, greatest(t.last_vacuum, t.last_autovacuum) as vacuumed_at,
         coalesce(o.options ->> 'autovacuum_vacuum_threshold',
             pg_catalog.current_setting('autovacuum_vacuum_threshold'))::float8
           + coalesce(o.options ->> 'autovacuum_vacuum_scale_factor',
             pg_catalog.current_setting('autovacuum_vacuum_scale_factor'))::float8 * greatest(o.reltuples, 0) as threshold
       from ours o left join pg_catalog.pg_stat_all_tables t on t.relid = o.oid
     )
     select relname::text, quoted::text, (not coalesce((options ->> 'autovacuum_enabled')::boolean, true))::boolean,
       coalesce(dead > $3::float8 * threshold
         and coalesce(vacuumed_at, (select pg_catalog.max(m.applied_at) from ${n.migration} m))
           < pg_catalog.now() - pg_catalog.make_interval(secs => $4::float8), false)::boolean,
       dead::float8, extract(epoch from pg_catalog.now() - vacuumed_at)::float8
     from seen order by 1`,
    [n.schemaName, toArrayLiteral(OUR_TABLES), THRESHOLDS, patienceSecs],
  );
  return rows.flatMap((row): Finding[] => {
    const [name, table] = [asText(row[0]), `${n.schema}.${asText(row[1])}`];
    const findings: Finding[] = [];
    if (asBoolean(row[2])) {
      findings.push({
        kind: 'autovacuum-off',
        severity: 'error',
        subject: `table ${name}`,
        message: `autovacuum is turned off for the table ${table}: its dead rows stay, and claims slow down with each job`,
        remedy: `alter table ${table} reset (autovacuum_enabled);`,
      });
    }
    if (asBoolean(row[3])) {
      const secs = asNullable(row[5], asNumber);
      const last = secs === null ? 'has never been vacuumed' : `was last vacuumed ${lasting(secs)} ago`;
      findings.push({
        kind: 'not-vacuumed',
        severity: 'warning',
        subject: `table ${name}`,
        message: `the table ${table} has ${asNumber(row[4])} dead rows, and ${last}: autovacuum is off, too busy elsewhere, or is cancelled again and again`,
        remedy: `vacuum ${table}; if this comes back, give the server more autovacuum_max_workers`,
      });
    }
    return findings;
  });
};
