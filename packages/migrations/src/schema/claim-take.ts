import { CLAIMED_COLUMNS, type ClaimedColumn, type Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { RANK, STRETCH, within } from './claim-find.ts';

/**
 * The last stages of a claim: jobs are locked, then marked as running for a process.
 *
 * Locks are taken with `skip locked`, so a claim never waits here. What was locked is named by its place in the table,
 * which cannot change while the lock is held; and is marked in a statement of its own, whose snapshot shows the version
 * that was locked, also where somebody changed the row a moment before. Read by their ids again, jobs took 5 % longer.
 */

/**
 * Locks, of jobs without a group, the first `p_takes` in each stretch, up to the one that fills `p_room` with its payload.
 * Returns their places in the table, the best first, null where there are none, and what those bring.
 */
export function pickUngrouped(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('pick_ungrouped_v1')}(p_ungrouped ${n.fn('stretch')}[], p_takes integer[], p_room bigint)`,
    returns: n.fn('pick'),
    body: `declare
  v_pick ${n.fn('pick')};
  v_only ${n.fn('stretch')};
  v_limit integer;
begin
  if cardinality(p_ungrouped) = 1 then
    -- Nothing to merge and to sort: half of what the other statement costs, and what nearly all claims are.
    v_only := p_ungrouped[1];
    v_limit := p_takes[1];
    select array_agg(l.row), sum(l.bytes) into v_pick.rows, v_pick.bytes
    from (${within(n, PICKED, 'v_only')} limit v_limit for update skip locked) l;
  else
    with locked as materialized (
      select x.* from unnest(p_ungrouped, p_takes) as s (${STRETCH}, take) cross join lateral (
        ${within(n, PICKED, 's')} limit s.take for update skip locked) x
      where s.take > 0
    )
    select array_agg(l.row), sum(l.bytes) into v_pick.rows, v_pick.bytes from (select * from locked order by rank, seq) l;
  end if;
  ${fitInto(n, 'p_room')}
  return v_pick;
end`,
  });
}

/**
 * Locks `p_left` jobs without a group wherever they are found, stretches with the best first: for a claim that others got
 * in the way of. Only what is picked is locked, since each row is asked for when the one before has been found. `p_picked`
 * are left out: one's own lock does not have a row skipped. Else as `pick_ungrouped_v1`.
 */
export function pickAny(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('pick_any_v1')}(p_ungrouped ${n.fn('stretch')}[], p_picked tid[], p_left integer, p_room bigint)`,
    returns: n.fn('pick'),
    body: `declare
  v_pick ${n.fn('pick')};
begin
  with locked as materialized (
    select x.* from (select u.* from unnest(p_ungrouped) as u order by u.rank, u.seq offset 0) s
    cross join lateral (
      ${within(n, PICKED, 's', 'j.ctid <> all (p_picked)')} limit p_left for update skip locked) x
    limit p_left
  )
  select array_agg(l.row), sum(l.bytes) into v_pick.rows, v_pick.bytes from (select * from locked order by rank, seq) l;
  ${fitInto(n, 'p_room')}
  return v_pick;
end`,
  });
}

/**
 * How many bytes of payload the job `j` brings. It is not read for that, but where it is kept compressed: the size of
 * what comes out is known only then.
 */
export const PAYLOAD_BYTES = `case when pg_column_compression(j.payload) is null then pg_column_size(j.payload)
          else octet_length(j.payload::text) end`;

const PICKED = `j.ctid as row, ${RANK} as rank, j.seq, ${PAYLOAD_BYTES} as bytes`;

/** Leaves out of `v_pick` what comes after the job that fills the room. Seldom any. Its `bytes` stay: there is no room left. */
export function fitInto(n: Tables, room: string): string {
  return `if v_pick.bytes > ${room} then
    v_pick.rows := array(
      select b.row from (
        select r.row, r.nth, sum(${PAYLOAD_BYTES}) over (order by r.nth rows unbounded preceding) - ${PAYLOAD_BYTES} as before
        from unnest(v_pick.rows) with ordinality as r (row, nth) join ${n.job} j on j.ctid = r.row
      ) b
      where b.before < ${room} order by b.nth);
  end if;`;
}

/**
 * Marks jobs that this transaction has locked as running for `p_process`, and returns them, each with its number in `rows`,
 * since an update returns them in any order. `rows` and `epochs` are arrays, an entry for each job; the second may end before
 * the first. The job at `first` starts at once: its attempt is spent
 * here; 0: none does. `held` says which limits count the job `j`; by default none does. It is written in
 * any case: what it said of an earlier claim stays while a job waits.
 *
 * A job that has no attempt left (its worker died during the last) is returned all the same, with an attempt past its
 * `num_attempts`, and the worker finalizes it without running it. It counts as not started: no attempt is spent on it,
 * so none may be given back.
 */
export function take(n: Tables, rows: string, epochs: string, first: string, held: string = 'null'): string {
  const isStarted = `r.nth = ${first} and j.attempt < j.num_attempts`;
  return `update ${n.job} j set ${RUNNING}, group_epoch = r.epoch, held = ${held}, started = ${isStarted},
      attempt = j.attempt + case when ${isStarted} then 1 else 0 end
    from unnest(${rows}, ${epochs}) with ordinality as r (row, epoch, nth) where j.ctid = r.row
    returning ${TAKEN_COLUMNS}, r.nth::integer`;
}

/**
 * Takes the one job that is found by `where`, which starts at once, in one statement: lock and mark. It is read by its id
 * again, which finds the version that was locked also where somebody changed the row a moment before. Else as `take`.
 */
export function takeOne(n: Tables, where: string): string {
  return `update ${n.job} j set ${RUNNING}, group_epoch = null, held = null, started = j.attempt < j.num_attempts,
      attempt = j.attempt + case when j.attempt < j.num_attempts then 1 else 0 end
    from (select j.id from ${n.job} j where ${where} for update of j skip locked) r where j.id = r.id
    returning ${TAKEN_COLUMNS}, 1`;
}

const RUNNING = `state = 'running', fence = j.fence % 2147483647 + 1, process_id = p_process, claimed_at = now()`;

/** The most bytes of extras that a worker is told; eight times what a client puts in. */
const EXTRAS_BYTES = 65_536;

/**
 * What a claim returns of each column. What somebody wrote by hand is cut to what a client can hold, and extras beyond any
 * that a client would have put in are left out: one job that nobody could read would stop all, and a check at each write
 * would cost those that have none.
 *
 * A job that was to be cancelled while it ran, and whose process died, says so in place of its extras: it is not run, and
 * needs none of them.
 */
const TAKEN: Readonly<Record<ClaimedColumn, string>> = {
  id: 'j.id::text',
  seq: 'j.seq::float8',
  enqueued_at: '(extract(epoch from j.enqueued_at) * 1000)::float8',
  claimed_at: `case when isfinite(coalesce(j.ready_at, j.enqueued_at))
      then (extract(epoch from now() - coalesce(j.ready_at, j.enqueued_at)) * 1000)::float8 else 0 end`,
  timeout_secs: 'least(j.timeout_secs, 3153600000)',
  attempt: 'case when j.started then j.attempt else least(j.attempt, 2147483646) + 1 end',
  num_attempts: 'j.num_attempts',
  fence: 'j.fence',
  priority: 'j.priority',
  started: 'j.started',
  suspect: 'j.suspect',
  name: 'j.name',
  channel: 'j.channel',
  job_group: 'j.job_group',
  payload: 'j.payload::text',
  extras: `case when j.extras is null and j.cancel is null then null
        when j.cancel is not null then json_build_object('cancelled', left(coalesce(j.cancel ->> 'reason', ''), 10000))::text
        when pg_column_size(j.extras) <= ${EXTRAS_BYTES} and octet_length(j.extras::text) <= ${EXTRAS_BYTES}
        then j.extras::text end`,
};

const TAKEN_COLUMNS = CLAIMED_COLUMNS.map((name) => TAKEN[name]).join(', ');
