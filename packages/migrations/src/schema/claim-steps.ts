import type { Tables } from '@bearmq/core/schema';
import { nextDue } from './claim-due.ts';
import { insertGroups } from './claim-groups.ts';
import { heldBy } from './claim-limits.ts';
import { take } from './claim-take.ts';
import { nextTurn } from './line.ts';

// Steps of `claim_v1`, over its variables: parts of its text that have a page of their own.

/**
 * Makes ready what is due, opens places in line whose time has come, and learns when the next of either is, whether the
 * lease is held and whether a dead worker waits for a rescue.
 */
export function makeReady(n: Tables): string {
  return `v_began := clock_timestamp();
  select d.run_at, exists (select 1 from ${n.process} w where w.id = p_process and w.generation = p_generation),
    p_from is null and exists (select 1 from ${n.process} w where w.expires_at < now()),
    (select t.due_at from ${n.jobTurn} t where t.due_at is not null order by t.due_at limit 1)
  into v_due_at, v_facts.is_lease_held, v_facts.is_rescue_due, v_turn_at
  from (values (1)) as one left join lateral (${nextDue(n, 'v_due_after')}) d on true;
  if v_due_at <= now() then
    v_due := ${n.fn('promote_due_v1')}(v_due_after);
    v_due_at := (${nextDue(n, 'v_due_after')});
  end if;
  if v_due.is_all is not false then
    v_facts.promoted_ms := extract(epoch from now()) * 1000;
  end if;
  -- What is due and was not made ready is held by others, who hold it for as long as they like. No time is told of it: it
  -- may be at minus infinity, from which nothing can be taken.
  v_facts.is_due_held := v_due.is_all and v_due_at <= now();
  v_facts.next_due_ms := case when v_due_at <= now() then 0 else extract(epoch from v_due_at - clock_timestamp()) * 1000 end;
  if v_turn_at <= now() then
    perform 1 from ${n.process} w where w.id = p_process and w.generation = p_generation for key share;
    v_facts.is_lease_held := found;
    if found then
      perform ${n.fn('open_due_turns_v1')}();
      v_turn_at := (${nextTurn(n)});
    end if;
  end if;`;
}

/** Makes the rows of groups that a claim with several demands may be the first to meet. */
export function makeGroups(n: Tables): string {
  return `-- Two claims that made new groups' rows demand by demand, each in its own order, could wait for each other.
  v_is_single := json_array_length(p_demands) = 1;
  if v_found_grouped is not null and not v_is_single then
    ${insertGroups(
      n,
      `select x.job_group as name
      from unnest(v_found_grouped) as l
      cross join lateral (
        select t.job_group from ${n.jobTurn} t
        where t.open and t.channel = l.channel and t.name = l.name
        order by ~t.priority, t.turn
        limit (select sum(t.slots + t.ahead) from json_to_recordset(p_demands) as t (slots integer, ahead integer))) x
      where exists (
        select 1 from json_to_recordset(p_demands) as t (channels text[])
        where t.channels is null or l.channel = any (t.channels))`,
    )};
  end if;`;
}

/**
 * Puts what a demand was given in the order in which it starts: the highest priority first, then by turn, on whose axis a job
 * without a group stands by its number. What one stage alone has found is in order already.
 */
export function putInOrder(n: Tables): string {
  return `v_epochs := v_run.epochs;
      if v_is_mixed or v_run.is_mixed or v_run.rows is not null and v_rows is not null then
        select array_agg(o.row), array_agg(o.epoch) into v_rows, v_epochs
        from (
          select g.row, g.epoch, g.rank, g.turn, g.nth
          from unnest(v_run.rows, v_run.epochs, v_run.ranks, v_run.turns) with ordinality as g (row, epoch, rank, turn, nth)
          union all
          select u.row, null, ~j.priority, j.seq, u.nth from unnest(v_rows) with ordinality as u (row, nth)
          join ${n.job} j on j.ctid = u.row
          order by rank, turn, nth
        ) o;
      else
        v_rows := coalesce(v_run.rows, v_rows);
      end if;`;
}

/** Marks what a demand was given as running, and returns it. */
export function takeAll(n: Tables): string {
  const returned = (held?: string): string =>
    `return query ${take(n, 'v_rows', 'v_epochs', 'v_first', held)}, v_nth, null::text;`;
  return `v_is_first := v_is_first and v_first = 0;
      if v_limits is null then
        ${returned()}
      else
        v_limits := ${n.fn('use_limits_v1')}(v_limits, v_rows);
        ${returned(heldBy('v_limits'))}
      end if;`;
}
