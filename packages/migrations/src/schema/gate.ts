import type { Tables } from '@bearmq/core/schema';

/**
 * The gate of a group: who may start jobs of it, and what opens and shuts it. All that is known of that lies in the group's
 * row and is written here: no other file compares or changes `running`.
 *
 * `running` counts the jobs that hold the group, `epoch` says since which opening by force. Whoever asks in order to start
 * something has locked the row; whoever opens a group looks for what waits in a statement after the lock. `g` is a row of
 * `job_group`; a group without one admits jobs. "Now" is `now()` throughout: with two looks at the clock, a start that became
 * free between them would leave a group shut, and nobody to open it. See apps/docs/internals/claim.md, "The gate"
 */

/** Whether jobs of the group may start now, as far as those that run decide, and its own settings. */
export function admits(g: string): string {
  return `${g}.running < coalesce(${g}.max_running, 1)`;
}

/** Whether no job of the group may start until one that runs has ended. */
export function isShut(g: string): string {
  return `not (${admits(g)})`;
}

/** Whether jobs that run hold the group. */
export function isHeld(g: string): string {
  return `${g}.running > 0`;
}

/** What a group may do, as SQL over its row `g`: its own settings; and where it has none, those of a row `r`. */
interface Rule {
  readonly most: string;
  readonly rateMax: string;
  readonly rateSecs: string;
  /** What is joined to `g` for it. */
  readonly from: string;
}

const OWN: Rule = { most: 'coalesce(g.max_running, 1)', rateMax: 'g.rate_max', rateSecs: 'g.rate_secs', from: '' };

/**
 * Where channels or names have limits for their groups: the strictest of those in which jobs of it wait, which are those
 * that it has a place in line in. A name's goes before its channel's.
 */
function ofLanes(n: Tables): Rule {
  const slowest = 'order by l.rate_max / l.rate_secs';
  return {
    most: 'coalesce(g.max_running, r.most, 1)',
    rateMax: 'coalesce(g.rate_max, r.rate_max)',
    rateSecs: 'case when g.rate_max is null then r.rate_secs else g.rate_secs end',
    from: `cross join lateral (
      select min(l.most) as most,
        (array_agg(l.rate_max ${slowest}) filter (where l.rate_max is not null))[1] as rate_max,
        (array_agg(l.rate_secs ${slowest}) filter (where l.rate_max is not null))[1] as rate_secs
      from (
        select coalesce(i.group_max_running, c.group_max_running) as most,
          coalesce(i.group_rate_max, c.group_rate_max) as rate_max,
          case when i.group_rate_max is null then c.group_rate_secs else i.group_rate_secs end as rate_secs
        from ${n.jobTurn} t
        left join ${n.jobLimit} i on i.kind = 'name' and i.name = any (array[t.name])
        left join ${n.jobLimit} c on c.kind = 'channel' and c.name = any (array[t.channel])
        where t.job_group = any (array[g.name])
      ) l) r`,
  };
}

/** Where the settings of groups are looked for: in their own rows only, or where channels and names have some as well. */
export type Rules = 'own' | 'lanes';

/** What is known of the gate of a group. */
export const GATE_COLUMNS = {
  job_group: 'text collate "C"',
  epoch: 'integer',
  /** How many jobs may run at a time. */
  most: 'integer',
  /** Starts in a row that make a turn. */
  weight: 'integer',
  /** How many more jobs may run now; none where the group is paused. */
  places: 'integer',
  /** How many starts its rate has left now; null where it has none. */
  starts: 'integer',
  rate_secs: 'float8',
  /** When it has one again, where it has none and places are left. */
  due_at: 'timestamptz',
} as const;

/**
 * The gates of groups, as a query of {@link GATE_COLUMNS} and `nth`. `groups` are rows `g` of `job_group` with `nth`;
 * `pauses` is an expression that says whether anything is paused.
 */
export function gates(n: Tables, rules: Rules, groups: string, pauses: string): string {
  const rule = rules === 'own' ? OWN : ofLanes(n);
  return `select o.job_group, o.epoch, o.most, o.weight, o.places, o.starts, o.rate_secs,
        case when o.places > 0 and o.starts = 0 then ${n.fn('next_start_v1')}(o.rate_max, o.rate_secs, o.rate_at, o.rate_n) end as due_at,
        o.nth
      from (
        select g.name as job_group, g.epoch, ${rule.most} as most, coalesce(g.weight, 1) as weight,
          case when ${pauses} and exists (
              select 1 from ${n.pause} p where p.kind = 'group' and p.name = any (array[g.name])) then 0
            else greatest(0, ${rule.most} - g.running) end as places,
          case when ${rule.rateMax} is not null
            then ${n.fn('starts_left_v1')}(${rule.rateMax}, ${rule.rateSecs}, g.rate_at, g.rate_n) end as starts,
          ${rule.rateMax} as rate_max, ${rule.rateSecs} as rate_secs, g.rate_at, g.rate_n, g.nth
        from ${groups} g ${rule.from}
      ) o`;
}

/** Whether the gate `s` is open. */
export function isOpen(s: string): string {
  return `${s}.places > 0 and coalesce(${s}.starts, 1) > 0`;
}

/** Notes that jobs start: an `update` of the groups that the query `starts` names (`job_group`, `jobs`: how many). */
export function enter(n: Tables, starts: string): string {
  return `update ${n.jobGroup} g set running = g.running + c.jobs, locked_at = now()
      from (${starts}) c where g.name = any (array[c.job_group])`;
}

/** Notes in the logs of groups with a rate that jobs started now: the query `starts` names `job_group`, `jobs`, `rate_secs`. */
export function enterRated(n: Tables, starts: string): string {
  return `update ${n.jobGroup} g set (rate_at, rate_n) = (
      select s.o_at, s.o_n from ${n.fn('note_starts_v1')}(c.rate_secs, g.rate_at, g.rate_n, c.jobs) s)
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
