import type { Tables } from '@bearmq/core/driver';

/**
 * How ready jobs without a group are found: by stretches of the index `job_ready`, in whose order they lie: channel,
 * name, highest priority, oldest. A stretch is a part of one lane, from a place up to another one, both a pair of
 * {@link RANK} and `seq`.
 *
 * Why stretches: while anybody holds an old snapshot (a forgotten transaction, a dump, a replica) no vacuum can take
 * away the index entries of claimed jobs. They lie at the head of their lane, and whoever looks there visits the dead
 * row of each: half a microsecond a job, 24 ms after 50,000. So a process that knows up to which `seq` a lane holds
 * nothing but dead entries says so (`p_from`), and these are left out: the index is read in the stretches between them.
 *
 * Before PostgreSQL 18 the comparison of rows that ends a stretch does not end the scan within a channel. A look at all but
 * the places left out then reads the index, though not the rows, up to the next place: 1.4 ms for 20,000 jobs. It is made
 * the more seldom for it (`LookPlanner`); the narrow looks between are not affected.
 */

/**
 * The column of `job_ready` that puts the highest priority first, so that one row comparison can say where to begin. All
 * bits turned round: unlike the negative, there is one of every priority.
 */
export const RANK = '(~j.priority)';

/**
 * After all places of a lane. A scan that goes on from before one of them would come upon the same lane again, without end.
 */
const [LAST_RANK, LAST_SEQ] = ['2147483647', '9223372036854775807'];
const AFTER_ALL = `${LAST_RANK}, ${LAST_SEQ}`;

/** What all of the statements here look at. */
export function ready(n: Tables): string {
  return `${n.job} j where j.state = 'ready' and j.job_group is null`;
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

const FOUND = `v_free_channels, v_free_names, v_free_ranks, v_free_seqs, v_free_to_ranks, v_free_to_seqs,
    v_grouped_channels, v_grouped_names`;

/** The lanes that have ready jobs in groups: a recursive skip scan, one index probe a lane. */
function groupedLanes(n: Tables): string {
  return `grouped (channel, name) as (
    (select j.channel, j.name from ${n.job} j where j.state = 'ready' and j.job_group is not null
      order by j.channel, j.name limit 1)
    union all
    select x.channel, x.name from grouped g cross join lateral (
      select j.channel, j.name from ${n.job} j
      where j.state = 'ready' and j.job_group is not null and (j.channel, j.name) > (g.channel, g.name)
      order by j.channel, j.name limit 1) x
  )`;
}

const GROUPED_ARRAYS = `(select array_agg(g.channel) from grouped g where g.name = any (p_names)),
    (select array_agg(g.name) from grouped g where g.name = any (p_names))`;

/**
 * Finds the stretches that have ready jobs without a group, and where the first of each lies, and lanes of grouped ones, by a recursive skip scan: one index probe
 * a lane, and one for each place that is left out.
 *
 * `v_known` are the places left out, each up to its `position`. Where `v_is_narrow`, what lies between them is not looked
 * at either, only what follows each within its lane and priority.
 */
export function findStretches(n: Tables): string {
  return `with recursive ${groupedLanes(n)},
  known as materialized (
    select k.channel, k.name, ~k.priority as rank, k.position as seq
    from json_to_recordset(v_known) as k (channel text, name text, priority integer, position bigint)
  ),
  span as (
    select s.channel, s.name, s.rank, s.seq,
      case when v_is_narrow then s.channel else lead(s.channel) over w end as to_channel,
      case when v_is_narrow then s.name else lead(s.name) over w end as to_name,
      case when v_is_narrow then least(s.rank, ${LAST_RANK} - 1) + 1 else lead(s.rank) over w end as to_rank
    from (
      select '' as channel, '' as name, -2147483647 - 1 as rank, 0::bigint as seq where not v_is_narrow
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
      ${first(n, `s.channel, s.name, ${AFTER_ALL}`, 's')}) x
  )
  select array_agg(s.channel), array_agg(s.name), array_agg(s.rank), array_agg(s.seq),
    array_agg(case when s.to_channel = s.channel and s.to_name = s.name then s.to_rank else ${LAST_RANK} end),
    array_agg(case when s.to_channel = s.channel and s.to_name = s.name then 0 else ${LAST_SEQ} end), ${GROUPED_ARRAYS}
  into ${FOUND}
  from stretch s where s.name = any (p_names);`;
}

/** Finds whole lanes that have ready jobs, and where the first of each lies, and those of grouped ones: one index probe a lane. */
export function findLanes(n: Tables): string {
  return `with recursive ${groupedLanes(n)},
  lane (channel, name, rank, seq) as (
    (select j.channel, j.name, ${RANK}, j.seq from ${ready(n)} order by j.channel, j.name, ${RANK}, j.seq limit 1)
    union all
    select x.channel, x.name, x.rank, x.seq from lane l cross join lateral (
      select j.channel, j.name, ${RANK} as rank, j.seq from ${ready(n)} and (j.channel, j.name) > (l.channel, l.name)
      order by j.channel, j.name, ${RANK}, j.seq limit 1) x
  )
  select array_agg(l.channel), array_agg(l.name), array_agg(l.rank), array_agg(l.seq), array_agg(${LAST_RANK}),
    array_agg(${LAST_SEQ}), ${GROUPED_ARRAYS}
  into ${FOUND}
  from lane l where l.name = any (p_names);`;
}

/** Of what was found, what is in the channels of the demand: stretches, and lanes of grouped jobs. */
export const NARROW_TO_DEMAND = `-- Mostly all of them: to copy an array costs a hundredth of a statement.
    if v_demand.channels is null or coalesce(v_free_channels <@ v_demand.channels, true) then
      v_channels := v_free_channels;
      v_names := v_free_names;
      v_ranks := v_free_ranks;
      v_seqs := v_free_seqs;
      v_to_ranks := v_free_to_ranks;
      v_to_seqs := v_free_to_seqs;
    else
      select array_agg(s.channel), array_agg(s.name), array_agg(s.rank), array_agg(s.seq), array_agg(s.to_rank),
        array_agg(s.to_seq)
      into v_channels, v_names, v_ranks, v_seqs, v_to_ranks, v_to_seqs
      from unnest(v_free_channels, v_free_names, v_free_ranks, v_free_seqs, v_free_to_ranks, v_free_to_seqs)
        as s (channel, name, rank, seq, to_rank, to_seq)
      where s.channel = any (v_demand.channels);
    end if;
    if v_demand.channels is null or coalesce(v_grouped_channels <@ v_demand.channels, true) then
      v_lane_channels := v_grouped_channels;
      v_lane_names := v_grouped_names;
    else
      select array_agg(l.channel), array_agg(l.name) into v_lane_channels, v_lane_names
      from unnest(v_grouped_channels, v_grouped_names) as l (channel, name)
      where l.channel = any (v_demand.channels);
    end if;`;

/**
 * Marks the jobs of the CTE `ranked` as running and returns them. `ranked.attempt` is what was spent before: a job
 * that has none left (its worker died during the last) is returned all the same, with an attempt past its
 * `num_attempts`, and the worker finalizes it without running it. It counts as not started: no attempt is spent on it,
 * so none may be given back.
 */
export function take(n: Tables, returned: string = ROW_OF_CLAIM): string {
  return `update ${n.job} j set state = 'running', claims = j.claims % 2147483647 + 1, worker_id = p_worker, claimed_at = now(),
        group_epoch = r.epoch, started = r.started and r.attempt < j.num_attempts,
        attempt = r.attempt + case when r.started and r.attempt < j.num_attempts then 1 else 0 end
      from ranked r where j.id = any (array[r.id])
      returning ${returned}`;
}

/** The most bytes of extras that a worker is told; eight times what a client puts in. */
const EXTRAS_BYTES = 65_536;

/**
 * What a worker is told of a job that it has taken. Extras beyond any that a client would have put in are left out: no
 * worker might be able to hold them, and a check at each write of a job would cost all of those that have none.
 */
export const TAKEN: string = `j.id::text, j.name, j.channel, j.job_group, least(r.attempt, 2147483646) + 1, j.num_attempts,
        least(j.timeout_secs, 3153600000), j.priority::integer, j.seq::float8, j.claims, j.started, j.suspect,
        (extract(epoch from j.enqueued_at) * 1000)::float8, j.payload::text,
        case when pg_column_size(j.extras) <= ${EXTRAS_BYTES} and octet_length(j.extras::text) <= ${EXTRAS_BYTES}
          then j.extras::text end`;

/**
 * How many bytes of payload the job `j` brings. It is not read for that, but where it is kept compressed: the size of
 * what comes out is known only then.
 */
export const PAYLOAD_BYTES = `case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end`;

/** Before it the demand, and after it what the last row of a claim is for. */
const ROW_OF_CLAIM = `v_nth, ${TAKEN}, null::text`;
