import type { SqlRow } from '@bearmq/core/driver';
import { asNullable, asNumber, asText, quoteLiteral } from '@bearmq/core/schema';
import { ask, type Examination, lasting } from './finding.ts';

/** Somebody who keeps vacuums from removing what died after he began to look. */
export interface HorizonHolder {
  /** `hidden`: sessions of other roles, of which this one may not see since when. */
  readonly kind: 'session' | 'prepared' | 'slot' | 'standby' | 'hidden';
  /** `pid 4711`, `prepared transaction x`, `slot old_standby`, `role app`. */
  readonly subject: string;
  /** A role; of a slot what reads from it. */
  readonly who: string;
  readonly application: string | null;
  /** As PostgreSQL calls it: `idle in transaction`, `active`. */
  readonly state: string | null;
  /** For how many seconds; `null` where the server does not tell. */
  readonly forSecs: number | null;
  /** How many transactions have begun since; `null` where the server does not tell. */
  readonly behind: number | null;
  /** What it is, in a sentence. */
  readonly message: string;
  /** What to do: in words, or the SQL to run. */
  readonly remedy: string;
}

/** Whoever holds for less is left out: in seconds; and, where only transactions are known, in those. */
export interface HorizonPatience {
  readonly secs: number;
  readonly transactions: number;
}

/**
 * Who keeps vacuums from removing dead rows: what the oldest snapshot may still see stays, in the tables and in the ready
 * index, where each claim meets it.
 *
 * Sessions that vacuum hold nothing, nor do sessions of other databases. One that is idle in a transaction without a
 * snapshot holds if it has written: then its own number is the oldest.
 */
export async function holdersOf(at: Examination, patience: HorizonPatience): Promise<readonly HorizonHolder[]> {
  const rows = await ask(
    at,
    'horizon',
    `select 'session'::text, a.pid::text, coalesce(a.usename, a.backend_type, '?')::text,
       coalesce(a.application_name, '')::text, coalesce(a.state, a.backend_type, '?')::text,
       extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::float8,
       greatest(pg_catalog.age(a.backend_xmin), pg_catalog.age(a.backend_xid))::float8
     from pg_catalog.pg_stat_activity a
     where (a.backend_xmin is not null or a.backend_xid is not null) and a.pid <> pg_catalog.pg_backend_pid()
       and a.xact_start < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8) and a.backend_type <> 'walsender'
       and (a.datname is null or a.datname = pg_catalog.current_database())
       and a.query not like 'autovacuum: VACUUM%'
       and a.pid not in (select v.pid from pg_catalog.pg_stat_progress_vacuum v)
     union all
     select 'prepared', p.gid::text, p.owner::text, '', '',
       extract(epoch from pg_catalog.clock_timestamp() - p.prepared)::float8, pg_catalog.age(p.transaction)::float8
     from pg_catalog.pg_prepared_xacts p
     where p.database = pg_catalog.current_database()
       and p.prepared < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8)
     union all
     select 'slot', s.slot_name::text, coalesce(s.plugin, s.slot_type)::text, '',
       case when s.active then 'in use' else 'not in use' end,
       extract(epoch from pg_catalog.clock_timestamp() - s.inactive_since)::float8, s.behind
     from (
       -- inactive_since is there since 17; before, a slot that is not in use may be so since a moment ago.
       select r.slot_name, r.plugin, r.slot_type, r.database, r.active,
         greatest(pg_catalog.age(r.xmin), pg_catalog.age(r.catalog_xmin))::float8 as behind,
         case when not r.active then (pg_catalog.to_jsonb(r) ->> 'inactive_since')::timestamptz end as inactive_since
       from pg_catalog.pg_replication_slots r
     ) s
     where (s.database is null or s.database = pg_catalog.current_database()) and s.behind is not null
       and case when s.active then s.behind > $2::float8
         else coalesce(s.inactive_since < pg_catalog.now() - pg_catalog.make_interval(secs => $1::float8), true) end
     union all
     select 'standby', r.pid::text, coalesce(r.usename, '?')::text, coalesce(r.application_name, '')::text,
       coalesce(r.state, '?')::text, null, pg_catalog.age(r.backend_xmin)::float8
     from pg_catalog.pg_stat_replication r where pg_catalog.age(r.backend_xmin) > $2::float8
     union all
     -- What other roles do is seen by members of pg_read_all_stats only; that they are in a transaction, by everyone.
     select 'hidden', '', current_user::text, '', '', null, pg_catalog.count(*)::float8
     from pg_catalog.pg_stat_activity a
     where a.query = '<insufficient privilege>' and a.datname = pg_catalog.current_database() and exists (
       select from pg_catalog.pg_locks l
       where l.pid = a.pid and l.locktype = 'virtualxid' and l.mode = 'ExclusiveLock' and l.granted)
     having pg_catalog.count(*) > 0`,
    [patience.secs, patience.transactions],
  );
  return rows.map(holderIn);
}

const WHY = 'until it ends, no vacuum can remove a row that died since, and claims slow down with each job';

function holderIn(row: SqlRow): HorizonHolder {
  const [kind = '', id = '', who = '', application = '', state = ''] = row.slice(0, 5).map(asText);
  const forSecs = asNullable(row[5], asNumber);
  const count = asNullable(row[6], asNumber);
  const facts = { who, application: application || null, state: state || null, forSecs, behind: count };
  const since = forSecs === null ? '' : ` for ${lasting(forSecs)}`;
  const named = application === '' ? '' : `, application ${JSON.stringify(application)}`;
  const literal = quoteLiteral(id).trim();
  switch (kind) {
    case 'session':
      return {
        ...facts,
        kind,
        subject: `pid ${id}`,
        message: `the session with pid ${id} (role ${who}${named}, ${state}) has had a transaction open${since}: ${WHY}`,
        remedy: `end the transaction in its program, or: select pg_terminate_backend(${id});`,
      };
    case 'prepared':
      return {
        ...facts,
        kind,
        subject: `prepared transaction ${id}`,
        message: `the prepared transaction ${JSON.stringify(id)} of the role ${who} has been waiting${since}: ${WHY}`,
        remedy: `commit prepared ${literal}; or: rollback prepared ${literal};`,
      };
    case 'slot':
      return {
        ...facts,
        kind,
        subject: `slot ${id}`,
        message: `the replication slot ${JSON.stringify(id)} (${who}) is ${state}${since} and ${count} transactions behind: no vacuum can remove what its reader might still see`,
        remedy: `have its reader catch up; if nobody will read from it again: select pg_drop_replication_slot(${literal});`,
      };
    case 'standby':
      return {
        ...facts,
        kind,
        subject: `pid ${id}`,
        message: `a standby (pid ${id}, role ${who}${named}, ${state}) reports by hot_standby_feedback a query that is ${count} transactions old: ${WHY}`,
        remedy: 'end the long query there, or turn off hot_standby_feedback on that standby',
      };
    default:
      return {
        ...facts,
        kind: 'hidden',
        behind: null,
        subject: `role ${who}`,
        message: `${count} sessions of other roles are in a transaction, and the role ${JSON.stringify(who)} may not see since when`,
        remedy: `grant pg_read_all_stats to "${who.replaceAll('"', '""')}"; or run this as a role that has it`,
      };
  }
}
