import { asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** The queue as a whole, as it is now; times in milliseconds since 1970, durations in seconds. */
export interface QueueFacts {
  readonly nowMs: number;
  readonly processes: { readonly alive: number; readonly overdue: number };
  readonly groups: { readonly busy: number; readonly longestHeldSecs: number | null };
  readonly schedules: readonly { readonly jobName: string; readonly key: string; readonly lateSecs: number }[];
  readonly pauses: readonly { readonly kind: string; readonly name: string; readonly sinceMs: number }[];
  readonly tables: readonly { readonly name: string; readonly deadRows: number }[];
  /** When jobs were last counted. */
  readonly sampledMs: number | null;
  readonly schemaVersion: number;
}

/**
 * Groups are told by the jobs that run, of which there are no more than slots: nothing here costs by the number of jobs,
 * or of groups.
 */
export const readQueue: Statement<{ readonly schemaName: string }, QueueFacts> = defineStatement({
  name: 'bearmq_read_queue',
  plan: 'anew',
  text: ({ migration, process, job, schedule, pause, laneDepth }) => `
    select pg_catalog.json_build_object(
      'nowMs', extract(epoch from pg_catalog.now()) * 1000,
      'processes', (select pg_catalog.json_build_object('alive', pg_catalog.count(*) filter (where w.expires_at >= pg_catalog.now()),
          'overdue', pg_catalog.count(*) filter (where w.expires_at < pg_catalog.now())) from ${process} w),
      'groups', (select pg_catalog.json_build_object('busy', pg_catalog.count(distinct j.job_group),
          'longestHeldSecs', extract(epoch from pg_catalog.now() - pg_catalog.min(j.claimed_at)))
        from ${job} j where j.state = 'running' and j.job_group is not null),
      'schedules', coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('jobName', s.job_name, 'key', s.key,
          'lateSecs', greatest(0, extract(epoch from pg_catalog.now() - s.next_at))))
        from ${schedule} s where s.paused_at is null and pg_catalog.isfinite(s.next_at)), '[]'),
      'pauses', coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('kind', p.kind, 'name', p.name,
          'sinceMs', extract(epoch from p.since) * 1000)) from ${pause} p), '[]'),
      'tables', coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('name', t.relname, 'deadRows', t.n_dead_tup))
        from pg_catalog.pg_stat_all_tables t where t.schemaname = $1::text), '[]'),
      'sampledMs', (select extract(epoch from pg_catalog.max(d.at)) * 1000 from ${laneDepth} d where d.span_secs = 60),
      'schemaVersion', (select pg_catalog.max(m.version) from ${migration} m))::text`,
  encode: ({ schemaName }) => [schemaName],
  decode: ([row]) => JSON.parse(asText(row?.[0])) as QueueFacts,
});
