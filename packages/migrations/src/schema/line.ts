import type { Tables } from '@bearmq/core/schema';
import { NAME_TAG, plpgsql } from '../plpgsql.ts';
import { gates, isOpen, type Rules } from './gate.ts';

/**
 * The line of groups: a group has one place, a row of `job_turn`, for each lane in which jobs of it wait.
 *
 *     the line of a lane, by priority and turn:   a (turn 7) → b (turn 9) → c (turn 12)
 *     a is served:                                b (turn 9) → c (turn 12) → a (turn 31)
 *
 * What always holds: a committed job that waits in a group has a committed place of its lane; places are changed and removed
 * only by who holds the group's row; a shut place is opened by somebody. An enqueue waits for nobody: it keeps a place that is
 * there by `for key share skip locked`, or makes another one, and doubles are merged when they are met.
 *
 * `p_seqs` are the jobs' numbers. A producer may not read them: 0 stands for the last that its session has drawn, -1 for
 * the one before. See apps/docs/internals/claim.md, "The line"
 */
export function lineUp(n: Tables): string {
  return plpgsql({
    rights: 'owner',
    signature: `${n.fn('line_up_v1')}(
  p_groups text[], p_channels text[], p_names text[], p_priorities integer[], p_seqs bigint[])`,
    returns: 'integer',
    body: `declare
  v_made integer;
begin
  if cardinality(p_groups) = 1 then
    insert into ${n.jobTurn} (job_group, channel, name, priority, turn)
    select p_groups[1], p_channels[1], p_names[1], p_priorities[1], ${turnOf(n, 'p_seqs[1]')}
    where not exists (${standing(n, 'p_groups[1]', 'p_channels[1]', 'p_names[1]', 'p_priorities[1]')});
  else
    insert into ${n.jobTurn} (job_group, channel, name, priority, turn)
    select w.job_group, w.channel, w.name, w.priority, ${turnOf(n, 'w.seq')}
    from unnest(p_groups, p_channels, p_names, p_priorities, p_seqs) as w (job_group, channel, name, priority, seq)
    left join lateral (${standing(n, 'w.job_group', 'w.channel', 'w.name', 'w.priority')}) s on true
    where s.is_there is null;
  end if;
  get diagnostics v_made = row_count;
  return v_made;
end`,
  });
}

function turnOf(n: Tables, seq: string): string {
  return `case when ${seq} > 0 then ${seq} else currval(${NAME_TAG}${n.jobSequence}${NAME_TAG}) + ${seq} end`;
}

/**
 * Draws the number of the end of the line: on the axis of the jobs' own, behind all that is there and before all that is to
 * come. With its owner's rights, as nobody else may draw from the sequence.
 */
export function endOfLine(n: Tables): string {
  return plpgsql({
    rights: 'owner',
    signature: `${n.fn('end_of_line_v1')}()`,
    returns: 'bigint',
    body: `begin
  return nextval(${NAME_TAG}${n.jobSequence}${NAME_TAG});
end`,
  });
}

/** A place that will do for a job of that priority, locked so that it stays. */
function standing(n: Tables, group: string, channel: string, name: string, priority: string): string {
  return `select true as is_there from ${n.jobTurn} t
      where t.job_group = any (array[${group}]) and t.channel = ${channel} and t.name = ${name} and t.priority >= ${priority}
        and current_setting('transaction_isolation') = 'read committed'
      limit 1 for key share skip locked`;
}

/**
 * Has the places of groups say what is so: open where the group's gate is, with the time at which it opens where that is
 * known. Mostly nothing needs to be written. Returns the lanes in which one of them has an open place now.
 *
 * The caller holds the locks of the groups' rows, and calls this in a statement after the one that took them: only then
 * does the snapshot show the places as whoever held those before has left them. A group may be named more than once.
 */
export function openTurns(n: Tables): string {
  const opening = (rules: Rules): string => `return query
    with line as materialized (
      select t.job_group, t.channel, t.name, t.id, t.open, t.due_at, ${isOpen('s')} as is_open, s.due_at as opens_at
      from (${gates(
        n,
        rules,
        `(select g.*, 1 as nth from (select distinct u.name from unnest(p_groups) as u (name)) u
          join ${n.jobGroup} g on g.name = any (array[u.name]))`,
        'v_has_pauses',
      )}) s
      cross join lateral (
        select t.channel, t.name, t.id, t.open, t.due_at, t.job_group from ${n.jobTurn} t
        where t.job_group = any (array[s.job_group])) t
    ),
    written as (
      update ${n.jobTurn} t set open = l.is_open, due_at = l.opens_at, misses = 0 from line l
      where (l.open, l.due_at) is distinct from (l.is_open, l.opens_at) and ${samePlace('t', 'l')}
    )
    select l.channel, l.name from line l where l.is_open group by l.channel, l.name;`;
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('open_turns_v1')}(p_groups text[])`,
    returns: 'table (o_channel text, o_name text)',
    body: `declare
  v_has_limits boolean;
  v_has_pauses boolean;
begin
  select exists (select 1 from ${n.jobLimit}), exists (select 1 from ${n.pause}) into v_has_limits, v_has_pauses;
  if v_has_limits then
    ${opening('lanes')}
  else
    ${opening('own')}
  end if;
end`,
  });
}

/** Finds a place by its key. The group comes as `any` for the reason that `plpgsql.ts` gives. */
export function samePlace(t: string, as: string): string {
  return `${t}.job_group = any (array[${as}.job_group]) and ${t}.channel = ${as}.channel and ${t}.name = ${as}.name
        and ${t}.id = ${as}.id`;
}

/** The most places that a claim puts back into the line. */
const DUE_LIMIT = 500;

/** When the next place opens by time: a query. Not those that are due already: who holds their groups sees to them. */
export function nextTurn(n: Tables): string {
  return `select t.due_at from ${n.jobTurn} t where t.due_at > now() order by t.due_at limit 1`;
}

/**
 * Opens places whose time has come; a claim that meets one finds out whether something may start there. Groups' rows are
 * locked with `skip locked`: who holds one puts its places right. The caller holds its process's row: one who took that
 * afterwards could wait for a rescue that waits for these groups.
 */
export function openDueTurns(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('open_due_turns_v1')}()`,
    returns: 'void',
    body: `declare
  v_groups text[];
begin
  select array_agg(l.name) into v_groups from (
    select g.name from (
      select distinct d.job_group from (
        select t.job_group from ${n.jobTurn} t where t.due_at <= now() order by t.due_at limit ${DUE_LIMIT}) d) d
    join ${n.jobGroup} g on g.name = any (array[d.job_group]) for update of g skip locked) l;
  update ${n.jobTurn} t set open = true, due_at = null
  from unnest(v_groups) as u (name) where t.job_group = any (array[u.name]) and t.due_at <= now();
end`,
  });
}

/**
 * Takes empty places away, given by their keys and locked in an earlier statement, and those that stand beside an older
 * one of their lane; the others, which a job has come to meanwhile, are open. The locks are what makes this look final.
 */
export function removeTurns(n: Tables, places: string): string {
  return `delete from ${n.jobTurn} t using ${places} u where ${samePlace('t', 'u')} and (
      not exists (
        select 1 from ${n.job} j
        where j.job_group = t.job_group and j.channel = t.channel and j.name = t.name and j.state in (${WAITING}))
      or exists (
        select 1 from ${n.jobTurn} o
        where o.job_group = t.job_group and o.channel = t.channel and o.name = t.name and o.id < t.id))`;
}

/** The states in which a job waits in its group. `ready` only by somebody's hand; found all the same. */
export const WAITING = `'ready', 'blocked'`;
