import type { Tables } from '@bearmq/core/schema';

/**
 * The gate of a group: who may start jobs of it, and what opens and shuts it. All that is known of that lies in the
 * group's row, and is written here: no other file compares or changes `running`.
 *
 * `running` counts the jobs that hold the group, `epoch` says since which opening by force they do. A group admits jobs
 * while nothing runs; one process may then take several, which it works off in order. Nothing else shuts a group, so none
 * opens at a time that could be foretold: it is the settle, or the rescue, that ends its last job.
 *
 * Whoever asks in order to start something has locked the row (claims: `skip locked`), so that nobody starts between the
 * answer and the start; and whoever opens a group looks for what waits in a statement after the lock. The row `g` in the
 * conditions is one of `job_group`. A group without a row admits jobs.
 */

/** Whether jobs of the group may start now. */
export function admits(g: string): string {
  return `${g}.running = 0`;
}

/** Whether no job of the group may start until one that runs has ended. */
export function isShut(g: string): string {
  return `not (${admits(g)})`;
}

/** Whether jobs that run hold the group. */
export function isHeld(g: string): string {
  return `${g}.running > 0`;
}

/** Notes that jobs start: an `update` of the groups that the query `starts` names (`job_group`, `jobs`: how many). */
export function enter(n: Tables, starts: string): string {
  return `update ${n.jobGroup} g set running = g.running + c.jobs, locked_at = now()
      from (${starts}) c where g.name = any (array[c.job_group])`;
}

/**
 * Notes that jobs have ended: an `update` of the groups that the query `ends` names (`name`, `epoch`, `jobs`). One that
 * held the group in an earlier epoch holds nothing any more.
 */
export function leave(n: Tables, ends: string): string {
  return `update ${n.jobGroup} g set running = greatest(0, g.running - f.jobs)
  from (${ends}) f
  where g.name = any (array[f.name]) and g.epoch = f.epoch`;
}

/** Opens by force the groups that the table expression `o` names: those who hold them go on, but no longer count. */
export function forceOpen(n: Tables, o: string): string {
  return `update ${n.jobGroup} g set running = 0, epoch = g.epoch % 2147483647 + 1 from ${o} o
    where g.name = any (array[o.name]) returning g.name`;
}

/** The jobs that hold groups, as they are: a query (`job_group`, `group_epoch`, `running`) of those that `which` is true of. */
export function holding(n: Tables, which: string = 'j.job_group is not null'): string {
  return `select j.job_group, j.group_epoch, count(*)::integer as running from ${n.job} j
    where j.state = 'running' and ${which} group by j.job_group, j.group_epoch`;
}

/** Whether the row counts otherwise than the row `h` of {@link holding}, null where nothing holds the group. */
export function isMiscounted(g: string, h: string): string {
  return `${g}.running <> coalesce(${h}.running, 0)`;
}

/** Sets right what {@link isMiscounted} is true of: an `update` from the table expression `counted` (`name`, `running`). */
export function recount(n: Tables, counted: string): string {
  return `update ${n.jobGroup} g set running = c.running from ${counted} c where g.name = c.name`;
}
