import { toArrayLiteral } from '@bearmq/core/driver';
import { asNullable, asNumber, asText } from '@bearmq/core/schema';
import { ask, type Examination } from './finding.ts';
import { type HorizonHolder, holdersOf } from './horizon-holders.ts';
import { OUR_TABLES } from './tables.ts';

/** How large a table is. Sizes are bytes on disk, `null` while somebody has locked the table, or an index, against all. */
export interface TableSize {
  readonly name: string;
  readonly heapBytes: number | null;
  readonly indexBytes: number | null;
  /** Of what is kept aside since it is long, payloads for the most part, with its index. */
  readonly toastBytes: number | null;
  /** About how many rows it has, by the server's counters. */
  readonly rows: number;
  /** About how many rows no vacuum has removed yet. */
  readonly deadRows: number;
  /** When a vacuum last came to its end; `null` where none has, or the counters were reset. */
  readonly vacuumedAt: Date | null;
}

/** What the tables take, and what keeps vacuums from removing dead rows. */
export interface Storage {
  readonly tables: readonly TableSize[];
  /** Whoever holds for at least a second, the one that is behind the most first; at most ten. */
  readonly horizon: readonly HorizonHolder[];
}

const [HOLDS_SECS, MAX_HOLDERS] = [1, 10];

export async function storageOf(at: Examination): Promise<Storage> {
  const tables = await tableSizes(at);
  const holders = await holdersOf(at, { secs: HOLDS_SECS, transactions: 0 });
  const weight = ({ behind, forSecs }: HorizonHolder) => [behind ?? -1, forSecs ?? -1] as const;
  const horizon = holders.toSorted((a, b) => {
    const [mine, others] = [weight(a), weight(b)];
    return others[0] - mine[0] || others[1] - mine[1];
  });
  return { tables, horizon: horizon.slice(0, MAX_HOLDERS) };
}

/**
 * Counters and the sizes of files: it costs the same however many rows there are. The size of a table waits for who has
 * locked it against all, a `vacuum full` for instance; such a table is not asked.
 */
async function tableSizes(at: Examination): Promise<readonly TableSize[]> {
  const rows = await ask(
    at,
    'table_sizes',
    `with locked as materialized (
       select l.relation from pg_catalog.pg_locks l
       where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.pid <> pg_catalog.pg_backend_pid()
         and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
     ),
     ours as materialized (
       select c.oid, c.relname, c.reltoastrelid, not exists (
         select from locked k where k.relation in (c.oid, c.reltoastrelid) or exists (
           select from pg_catalog.pg_index i where i.indexrelid = k.relation and i.indrelid in (c.oid, c.reltoastrelid))
       ) as is_open
       from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
       where s.nspname = $1::text and c.relkind = 'r' and c.relname = any ($2::text::text[])
     )
     select o.relname::text,
       (case when o.is_open then pg_catalog.pg_relation_size(o.oid) end)::float8,
       (case when o.is_open then pg_catalog.pg_indexes_size(o.oid) end)::float8,
       (case when not o.is_open then null when o.reltoastrelid = 0 then 0
         else pg_catalog.pg_total_relation_size(o.reltoastrelid) end)::float8,
       coalesce(t.n_live_tup, 0)::float8, coalesce(t.n_dead_tup, 0)::float8,
       (extract(epoch from greatest(t.last_vacuum, t.last_autovacuum)) * 1000)::float8
     from ours o left join pg_catalog.pg_stat_all_tables t on t.relid = o.oid order by 1`,
    [at.tables.schemaName, toArrayLiteral(OUR_TABLES)],
  );
  return rows.map(([name, heap, index, toast, live, dead, vacuumed]) => {
    const vacuumedMs = asNullable(vacuumed, asNumber);
    return {
      name: asText(name),
      heapBytes: asNullable(heap, asNumber),
      indexBytes: asNullable(index, asNumber),
      toastBytes: asNullable(toast, asNumber),
      rows: asNumber(live),
      deadRows: asNumber(dead),
      vacuumedAt: vacuumedMs === null ? null : new Date(vacuumedMs),
    };
  });
}
