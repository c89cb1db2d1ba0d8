import { lineUp, type Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { RANK } from './claim-find.ts';

/** The most jobs that a claim makes ready. */
const DUE_LIMIT = 1000;

/** When the next scheduled job is due, past ones too, but for those before `after`. One at infinity is never due. */
export function nextDue(n: Tables, after: string): string {
  return `select j.run_at from ${n.job} j where j.state = 'scheduled' and j.run_at >= ${after}
    and j.run_at < 'infinity' order by j.run_at limit 1`;
}

/**
 * The first stage of a claim: makes ready what is due, the earliest first. Whoever is awake does, so no orchestrator is
 * needed for delays and retries. Rows that others hold are skipped: they are being made ready, or changed. A job in a group
 * waits in that from then on, and its group gets its place in line.
 *
 * Like claimed jobs, those made ready leave dead entries at the head of their index while an old snapshot is held, and
 * every claim would walk over them twice. So none is looked for before `p_after`. A job that is scheduled for a time
 * that has passed when it is committed is made ready by the next claim that makes a full scan.
 */
export function promoteDue(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('promote_due_v1')}(p_after timestamptz)`,
    returns: n.fn('due'),
    body: `declare
  v_due ${n.fn('due')};
begin
  with due as (
    select j.id from ${n.job} j where j.state = 'scheduled' and j.run_at <= now() and j.run_at >= p_after
    order by j.run_at limit ${DUE_LIMIT} for update skip locked
  ),
  promoted as (
    update ${n.job} j set state = case when j.job_group is null then 'ready' else 'blocked' end::${n.jobState}, ready_at = j.run_at, run_at = null from due where j.id = any (array[due.id])
    returning j.id, j.channel, j.name, j.priority, ${RANK} as rank, j.seq, j.job_group
  ),
  lined_up as materialized (
    select ${lineUp(n, 'promoted')}
  )
  select array_agg(p.id) filter (where p.job_group is null),
    array_agg(row(p.channel, p.name, p.rank, p.seq, p.rank, least(p.seq, 9223372036854775806) + 1)::${n.fn('stretch')})
      filter (where p.job_group is null),
    count(*) < ${DUE_LIMIT} and (select count(l.places) >= 0 from lined_up l)
  into v_due.ids, v_due.places, v_due.is_all
  from promoted p;
  return v_due;
end`,
  });
}

/**
 * Of the places of jobs that this claim made ready, those where it would not see them: they lie among what is left out.
 * The arguments are expressions: the places, the registered names, the lanes left out, and whether the look is narrow.
 */
export function hiddenPlaces(places: string, names: string, known: string, isNarrow: string): string {
  return `select p from unnest(${places}) as p
      left join json_to_recordset(${known}) as k (channel text, name text, priority integer, position bigint)
        on k.channel = p.channel and k.name = p.name and ~k.priority = p.rank
      where p.name = any (${names}) and coalesce(p.seq <= k.position, ${isNarrow})`;
}
