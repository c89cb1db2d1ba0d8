import type { Tables } from '@bearmq/core/driver';
import { RANK } from './ready-jobs.ts';

/** The most jobs that a claim makes ready. */
const DUE_LIMIT = 1000;

/** When the next scheduled job is due, past ones too, but for those before `v_due_after`. One at infinity is never due. */
export function nextDue(n: Tables): string {
  return `select j.run_at from ${n.job} j where j.state = 'scheduled' and j.run_at >= v_due_after
    and j.run_at < 'infinity' order by j.run_at limit 1`;
}

/**
 * Makes ready what is due, if `v_due_at` tells of any, into the variables `v_due…`: whoever is awake does, so no orchestrator is needed for delays and
 * retries. `v_promoted_ms` is the time until which nothing is left.
 *
 * Like claimed jobs, those made ready leave dead entries at the head of their index while an old snapshot is held, and
 * every claim would walk over them twice. So none is looked for before `v_due_after`. A job that is scheduled for a time
 * that has passed when it is committed is made ready by the next claim that looks everywhere.
 */
export function promoteDue(n: Tables): string {
  const due = `j.state = 'scheduled' and j.run_at <= now() and j.run_at >= v_due_after`;
  return `if v_due_at <= now() then
    with due as (
      select j.id from ${n.job} j where ${due}
      order by j.run_at limit ${DUE_LIMIT} for update skip locked
    ),
    promoted as (
      update ${n.job} j set state = 'ready', ready_at = j.run_at, run_at = null from due where j.id = any (array[due.id])
      returning j.id, j.channel, j.name, ${RANK} as rank, j.seq, j.job_group
    )
    select count(*)::integer, array_agg(p.id) filter (where p.job_group is null),
      array_agg(p.channel) filter (where p.job_group is null), array_agg(p.name) filter (where p.job_group is null),
      array_agg(p.rank) filter (where p.job_group is null), array_agg(p.seq) filter (where p.job_group is null)
    into v_due, v_due_ids, v_due_channels, v_due_names, v_due_ranks, v_due_seqs
    from promoted p;
    v_due_at := (${nextDue(n)});
  end if;
  if v_due < ${DUE_LIMIT} then
    v_promoted_ms := extract(epoch from now()) * 1000;
  end if;`;
}

/**
 * Makes a stretch of its own of each job that this claim made ready where it would not be seen: it lies among those that
 * are left out.
 */
export const ADD_PROMOTED = `select v_free_channels || array_agg(d.channel), v_free_names || array_agg(d.name),
      v_free_ranks || array_agg(d.rank), v_free_seqs || array_agg(d.seq),
      v_free_to_ranks || array_agg(d.rank), v_free_to_seqs || array_agg(least(d.seq, 9223372036854775806) + 1)
    into v_free_channels, v_free_names, v_free_ranks, v_free_seqs, v_free_to_ranks, v_free_to_seqs
    from unnest(v_due_channels, v_due_names, v_due_ranks, v_due_seqs) as d (channel, name, rank, seq)
    left join json_to_recordset(v_known) as k (channel text, name text, priority integer, position bigint)
      on k.channel = d.channel and k.name = d.name and ~k.priority = d.rank
    where d.name = any (p_names) and coalesce(d.seq <= k.position, v_is_narrow);`;
