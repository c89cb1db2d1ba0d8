import { quoteLiteral, type Tables } from '@bearmq/core/schema';

/**
 * How long a statement of a migration may wait for a lock, in milliseconds. While it waits, everybody who comes after it
 * waits too, behind a transaction that they would not have met: so it gives way, and is sent again later. Short enough
 * that a step that takes two locks holds nobody up for more than a tenth of a second; longer than the statements of
 * workers take, so that they do not turn it away; and below `deadlock_timeout`, so that no worker's statement is ever
 * cancelled for a migration's sake.
 */
const LOCK_WAIT_MS = 50;

/**
 * plpgsql that runs `body` with a short `lock_timeout`. When that runs out, all of its locks are given up (the block is
 * a subtransaction), and it fails with 55P03 and a message that names who holds locks in the schema.
 *
 * @param what - for the message: `migration 2 (more columns)`.
 * @param body - plpgsql statements, none of them a `return`.
 */
export function withShortLockWait(n: Tables, what: string, body: string): string {
  const subject = quoteLiteral(`${what} of the schema ${JSON.stringify(n.schemaName)}`);
  return `declare
    kept pg_catalog.text := pg_catalog.current_setting('lock_timeout');
    holders pg_catalog.text;
  begin
    perform pg_catalog.set_config('lock_timeout', '${LOCK_WAIT_MS}ms', true);
    ${body}
    perform pg_catalog.set_config('lock_timeout', kept, true);
  exception when lock_not_available then
    ${findHolders(n)}
    raise exception using errcode = 'lock_not_available', message = ${subject}
      || ' backed off after waiting ${LOCK_WAIT_MS} ms for a lock, so as not to block others; '
      || coalesce('locks in the schema were held by ' || holders, 'whoever held the lock has ended')
      || '; run the migrations again: applied steps stay';
  end;`;
}

/**
 * Who had locks on anything in the schema before the attempt began: the longest transactions first, three at most.
 * Transactions that are as short as a worker's are not told of, unless they build an index. What a session of another role does is hidden from a
 * role without `pg_read_all_stats`; that it holds a lock, and its pid, is not.
 */
function findHolders(n: Tables): string {
  return `select pg_catalog.string_agg(case
        when h.pid is null then 'a prepared transaction (see pg_prepared_xacts)'
        else pg_catalog.format('pid %s (application %s, %s, its last query began %s%s)', h.pid,
          coalesce(pg_catalog.quote_ident(nullif(h.application_name, '')), 'unnamed'),
          case h.backend_type when 'client backend' then h.state else coalesce(h.backend_type, 'of another role') end,
          coalesce(h.query_start::text, 'at an unknown time'),
          case when h.builds then '; it builds an index, wait for it'
            else pg_catalog.format('; to end it: select pg_terminate_backend(%s)', h.pid) end) end, ', ')
    into holders
    from (
      select l.pid, a.application_name, a.state, a.backend_type, a.query_start,
        exists (select from pg_catalog.pg_stat_progress_create_index p where p.pid = l.pid) as builds
      from (
        select distinct k.pid from pg_catalog.pg_locks k
        where k.locktype = 'relation' and k.granted and k.pid is distinct from pg_catalog.pg_backend_pid()
          and k.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
          and k.relation in (select c.oid from pg_catalog.pg_class c
            where c.relnamespace = pg_catalog.to_regnamespace(${quoteLiteral(n.schema)}))
      ) l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
      where a.xact_start is null
        or a.xact_start < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => ${LOCK_WAIT_MS / 1000})
        or exists (select from pg_catalog.pg_stat_progress_create_index p where p.pid = l.pid)
      order by a.xact_start nulls last limit 3
    ) h;`;
}
