import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';

/**
 * The second stage of a claim: finds where there are ready jobs, without locking any.
 *
 * A lane is a pair of channel and name. A skip scan goes from each lane found to the next *registered* name of that channel,
 * past the last one to the next channel: its cost follows the names of this process and the channels that there are, not the
 * jobs, and not the lanes of others.
 *
 * Jobs without a group are found by stretches, parts of one lane. While anybody holds an old snapshot the entries of claimed
 * jobs stay at the head of their lane, and whoever looks there visits the dead row of each. So a process that knows up to
 * which `seq` a lane is over says so, and that part is left out. Figures: apps/docs/internals/claim.md, "Find" and "Scans"
 *
 * `p_names` are the registered names, ordered by their bytes.
 */

/**
 * The column of `job_ready` that puts the highest priority first, so that one row comparison can say where to begin. All
 * bits turned round: unlike the negative, there is one of every priority.
 */
export const RANK = '(~j.priority)';

/** Before and after all places of a lane. */
const BEFORE_ALL = '-2147483647 - 1, 0::bigint';
const LAST_RANK = 2147483647;
const LAST_SEQ = '9223372036854775807';

/** What all of the statements here look at. */
export function ready(n: Tables): string {
  return `${n.job} j where j.state = 'ready' and j.job_group is null`;
}

/**
 * The least lane after `lane` that can be of interest: with the next registered name, or, past the last, in the next
 * channel. A text that follows another one directly is that with the least of all characters behind it.
 */
function next(channel: string, name: string): { readonly channel: string; readonly name: string } {
  const registered = `p_names[width_bucket(${name} collate "C", p_names) + 1]`;
  return {
    channel: `case when ${registered} is null then ${channel} || chr(1) else ${channel} end`,
    name: `coalesce(${registered}, '')`,
  };
}

/** The first ready job between two places, if any; `to` null has no end. */
function first(n: Tables, from: string, to: string): string {
  const probe = (end: string): string => `(select j.channel, j.name, ${RANK} as rank, j.seq from ${ready(n)}
        and (j.channel, j.name, ${RANK}, j.seq) > (${from}) and ${end}
        order by j.channel, j.name, ${RANK}, j.seq limit 1)`;
  return `${probe(`(j.channel, j.name, ${RANK}, j.seq) < (${to}.to_channel, ${to}.to_name, ${to}.to_rank, 0::bigint)`)}
      union all
      ${probe(`${to}.to_channel is null`)}
      limit 1`;
}

/** A probe for the first lane, or (with a condition that begins with `and`) for the first of those after another one. */
type Probe = (after: string) => string;

const SINGLY = 8;

/**
 * A scan looks at so many lanes, or a few more, and the next goes on where it ended: with 100,000 lanes a claim that looked at
 * all took 1.5 s, whatever it took.
 */
export const MAX_LANES = 2_000;

/**
 * A skip scan, into the array `v_lanes` of lanes found whose names are registered, in order, from the place `p_channel` and
 * `p_name` on. `columns` are those of the probe, channel and name first, each with its type; `element` makes an element of
 * them.
 *
 * The first lanes are asked for one by one, as a recursive query takes as long to begin as six such questions; the rest,
 * by that: then a lane costs a third.
 */
function skipScan(
  n: Tables,
  probe: Probe,
  columns: Readonly<Record<string, string>>,
  element: 'lane' | 'stretch',
): string {
  const names = Object.keys(columns);
  const variables = names.map((name) => `v_${name}`);
  const rest = element === 'stretch' ? [String(LAST_RANK), LAST_SEQ] : [];
  const made = (values: readonly string[]): string => `row(${[...values, ...rest].join(', ')})::${n.fn(element)}`;
  const after = (channel: string, name: string): string => `and (j.channel, j.name) >= (${channel}, ${name})`;
  const inNext = next('v_channel', 'v_name');
  return `declare
  v_lanes ${n.fn(element)}[];
  ${names.map((name) => `v_${name} ${columns[name]};`).join('\n  ')}
  v_from_channel ${NAME} := p_channel;
  v_from_name ${NAME} := p_name;
begin
  ${into(probe(after('v_from_channel', 'v_from_name')), variables)};
  for i in 1..${SINGLY} loop
    exit when v_channel is null;
    if v_name = any (p_names) then
      v_lanes := v_lanes || ${made(variables)};
    end if;
    v_from_channel := ${inNext.channel};
    v_from_name := ${inNext.name};
    ${into(probe(after('v_from_channel', 'v_from_name')), variables)};
  end loop;
  if v_channel is not null then
    v_lanes := v_lanes || (
      with recursive lane (${names.join(', ')}) as (
        select ${variables.join(', ')}
        union all
        select x.* from lane l cross join lateral (${probe(after(next('l.channel', 'l.name').channel, next('l.channel', 'l.name').name))}) x
      )
      select array_agg(${made(names.map((name) => `l.${name}`))})
      from (select l.* from lane l where l.name = any (p_names) limit ${MAX_LANES}) l);
  end if;
  return v_lanes;
end`;
}

function into(select: string, variables: readonly string[]): string {
  return select.replace(' from ', ` into ${variables.join(', ')} from `);
}

/** Finds the lanes in which groups stand in line. Null: none. */
export function findGrouped(n: Tables): string {
  const probe: Probe = (after) =>
    `select j.channel, j.name from ${n.jobTurn} j where j.open ${after}
    order by j.channel, j.name limit 1`;
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('find_grouped_v1')}(${FROM})`,
    returns: `${n.fn('lane')}[]`,
    body: skipScan(n, probe, { channel: NAME, name: NAME }, 'lane'),
  });
}

/** Finds whole lanes that have ready jobs without a group, and where the first of each lies. Null: none. */
export function findLanes(n: Tables): string {
  const probe: Probe = (after) =>
    `select j.channel, j.name, ${RANK} as rank, j.seq from ${ready(n)} ${after}
    order by j.channel, j.name, ${RANK}, j.seq limit 1`;
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('find_lanes_v1')}(${FROM})`,
    returns: `${n.fn('stretch')}[]`,
    body: skipScan(n, probe, { channel: NAME, name: NAME, rank: 'integer', seq: 'bigint' }, 'stretch'),
  });
}

const NAME = 'text collate "C"';
const FROM = "p_names text[], p_channel text default '', p_name text default ''";

/** The places left out, as a CTE. */
const KNOWN = `known as materialized (
      select k.channel, k.name, ~k.priority as rank, k.position as seq
      from json_to_recordset(p_known) as k (channel text, name text, priority integer, position bigint)
    )`;

/**
 * Finds ready jobs without a group that follow one of the places `p_known` within its lane and priority, and nothing else.
 * Null: none.
 */
export function findAfter(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('find_after_v1')}(p_names text[], p_known json)`,
    returns: `${n.fn('stretch')}[]`,
    body: `begin
  return (
    with ${KNOWN}
    select array_agg(row(k.channel, k.name, k.rank, x.seq, k.rank, ${LAST_SEQ})::${n.fn('stretch')} order by k.channel, k.name, k.rank)
    from known k cross join lateral (
      select j.seq from ${ready(n)} and j.channel = k.channel and j.name = k.name and ${RANK} = k.rank and j.seq > k.seq
      order by j.channel, j.name, ${RANK}, j.seq limit 1) x
    where k.name = any (p_names));
end`,
  });
}

/**
 * Finds the stretches between the places `p_known` that have ready jobs without a group, and where the first of each lies:
 * everything but what lies, in a lane and a priority, up to its place. Of very many, some. Null: none.
 */
export function findBetween(n: Tables): string {
  const nextOf = next('s.channel', 's.name');
  const toEnd = (there: string | number, otherwise: string | number): string =>
    `case when s.to_channel = s.channel and s.to_name = s.name then ${there} else ${otherwise} end`;
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('find_between_v1')}(p_names text[], p_known json)`,
    returns: `${n.fn('stretch')}[]`,
    body: `begin
  return (
    with recursive ${KNOWN},
    span as (
      select s.channel, s.name, s.rank, s.seq, lead(s.channel) over w as to_channel, lead(s.name) over w as to_name,
        lead(s.rank) over w as to_rank
      from (
        select '' as channel, '' as name, -2147483647 - 1 as rank, 0::bigint as seq
        union all
        select k.channel, k.name, k.rank, k.seq from known k
      ) s
      window w as (order by s.channel collate "C", s.name collate "C", s.rank)
    ),
    stretch (to_channel, to_name, to_rank, channel, name, rank, seq) as (
      select s.to_channel, s.to_name, s.to_rank, x.channel, x.name, x.rank, x.seq from span s cross join lateral (
        ${first(n, 's.channel, s.name, s.rank, s.seq', 's')}) x
      union all
      select s.to_channel, s.to_name, s.to_rank, x.channel, x.name, x.rank, x.seq from stretch s cross join lateral (
        ${first(n, `${nextOf.channel}, ${nextOf.name}, ${BEFORE_ALL}`, 's')}) x
    )
    select array_agg(row(s.channel, s.name, s.rank, s.seq,
      ${toEnd('s.to_rank', LAST_RANK)}, ${toEnd(0, LAST_SEQ)})::${n.fn('stretch')})
    from (select s.* from stretch s where s.name = any (p_names) limit ${MAX_LANES}) s);
end`,
  });
}

/** What a stretch is, spelled out where its columns are read beside those of other lists. */
export const STRETCH = 'channel, name, rank, seq, to_rank, to_seq';

/** The first jobs of the stretch `s`, or those of which more is true. */
export function within(n: Tables, columns: string, s: string, and: string = 'true'): string {
  return `select ${columns} from ${ready(n)} and j.channel = ${s}.channel and j.name = ${s}.name
            and (${RANK}, j.seq) >= (${s}.rank, ${s}.seq) and (${RANK}, j.seq) < (${s}.to_rank, ${s}.to_seq) and ${and}
          order by ${RANK}, j.seq`;
}
