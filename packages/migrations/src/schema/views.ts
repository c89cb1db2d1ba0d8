import type { Tables } from '@bearmq/core/schema';

/**
 * What people and reports may read and rely on, whatever becomes of the tables: columns are only ever added to these, at
 * their end. No statement of ours names them, so they cost nothing.
 *
 * They belong to whoever ran the migrations, and read with that role's rights: who is granted a view sees what it shows, and
 * needs no right to a table. Columns are in an order that people read them in, with the texts of enums, so that a type of ours
 * is no part of the promise.
 *
 * `queues` counts what is not over, so it costs by the number of such jobs; `context.lanes()` costs by the number of lanes.
 */
export function views(n: Tables): string[] {
  return [
    `create view ${n.jobsView} as
    select j.id, j.name::text as job_name, j.channel::text as channel, j.job_group::text as job_group,
      j.state::text as state, null::text as outcome, j.priority, j.attempt, j.num_attempts,
      j.enqueued_at, j.run_at, j.claimed_at, null::timestamptz as finalized_at,
      j.process_id, j.last_error as error, j.payload, null::json as result, (j.extras -> 'headers') as headers
    from ${n.job} j
    union all
    select f.id, f.name::text, f.channel::text, f.job_group::text,
      'over'::text, f.outcome::text, f.priority, f.attempt, f.num_attempts,
      f.enqueued_at, null::timestamptz, f.claimed_at, f.finalized_at,
      f.process_id, f.error, f.payload, f.result, (f.extras -> 'headers')
    from ${n.finalizedJob} f`,
    `create view ${n.queuesView} as
    select j.channel::text as channel, j.name::text as job_name,
      count(*) filter (where j.state = 'ready') as ready,
      count(*) filter (where j.state = 'blocked') as blocked,
      count(*) filter (where j.state = 'scheduled') as scheduled,
      count(*) filter (where j.state = 'pending') as pending,
      count(*) filter (where j.state = 'running') as running,
      min(coalesce(j.ready_at, j.enqueued_at)) filter (where j.state in ('ready', 'blocked')) as oldest_ready_at,
      min(j.run_at) filter (where j.state = 'scheduled') as next_run_at,
      exists (
        select 1 from ${n.pause} p
        where p.kind = 'everything' or p.kind = 'channel' and p.name = j.channel or p.kind = 'name' and p.name = j.name
      ) as paused
    from ${n.job} j
    group by j.channel, j.name`,
  ];
}
