import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';
import { PAYLOAD_BYTES } from './claim-take.ts';
import { admits, enter, isShut } from './gate.ts';
import { groupLanes } from './groups.ts';

/**
 * How many ready jobs a claim looks at that found nothing to run, to move those of busy groups out of the way: nobody
 * waits for its answer, and others wait behind them.
 */
const STRIDE = 5000;

/**
 * The grouped half of a claim: locks the groups that it can, takes the oldest run of each that is open, marks those
 * groups busy, and moves what still waits behind them out of the ready index.
 *
 * It relies on these locks and snapshots:
 * - A waiting (ready or blocked) job of a group is taken, demoted or promoted only by who holds the group's row.
 *   Group rows are locked with `skip locked`, so a claim never waits here; a settle that holds one will promote.
 * - Rows of groups seen for the first time are inserted in name order, all of a claim in one statement: here where it
 *   has one demand (`p_insert`), before the first of several (`claim_v1`). That is the one place where a claim may wait:
 *   for another claim that inserts the same name. What a claim holds by then, nobody waits for, so no cycle arises.
 *   A group without a row is left to the next claim.
 * - The heads are read in a statement of their own, after the locks: what an earlier holder did is visible then.
 * - The oldest *waiting* job is taken, not the candidate that led here: it may be blocked, and older.
 * - If a row of the run is locked by somebody all the same (a hand-written `delete`), the run ends before it.
 *   Anything else would break the order of the group.
 *
 * A run is several jobs of one group for one worker, worked off in order under the one lock: taken job by job, a busy
 * group is bound by round trips to some 400 jobs/s. The caller asks for runs only while jobs are fast.
 *
 * `p_groups` are the groups whose ready jobs were seen in the lanes `p_lanes`, in the order of their first, and `p_seen`
 * is the number of those jobs. `p_want` groups are enough, and `p_limit` jobs, the oldest of them, or those that bring
 * `p_room` bytes of payload; a group gives `p_max_per_group` at most. `p_window` jobs of each lane are looked at for what to move
 * out of the way.
 *
 * Returns the jobs in the order in which they run, with the epochs of their groups, and their bytes. `is_moved` says that jobs were moved out of the way, so that the next claim sees others. `is_more_likely` says
 * that ready work may be left, behind what was seen or in groups past `p_want` (whose runs may turn out short): who got
 * less than it asked for asks again at once.
 */
export function claimGroups(n: Tables): string {
  return plpgsql({
    called: 'inner',
    signature: `${n.fn('claim_groups_v1')}(
  p_names text[], p_channels text[], p_lanes ${n.fn('lane')}[], p_groups text[], p_want integer, p_max_per_group integer,
  p_limit integer, p_room bigint, p_seen integer, p_window integer, p_insert boolean)`,
    returns: n.fn('group_run'),
    body: `declare
  v_run ${n.fn('group_run')};
  v_open text[];
  v_busy text[];
  v_taken integer := 0;
  v_demoted integer := 0;
begin
  if p_insert then
    ${insertGroups(n, 'select g.name from unnest(p_groups[1:2 * p_want]) as g (name)')};
  end if;

  with locked as materialized (
    select g.name from unnest(p_groups) with ordinality as c (name, nth) join ${n.jobGroup} g on g.name = any (array[c.name])
    where ${admits('g')} order by c.nth limit p_want for update of g skip locked
  )
  select array_agg(l.name) into v_open from locked l;

  if v_open is not null then
    with ${groupLanes(n, 'v_open')},
    waiting as (
      select l.job_group, x.id, x.priority, x.seq from group_lane l cross join lateral (
        select j.id, j.priority, j.seq from ${n.job} j
        where j.job_group = l.job_group and j.channel = l.channel and j.name = l.name
          and j.state in ('ready', 'blocked')
        order by j.priority desc, j.seq limit p_max_per_group) x
      where l.name = any (p_names) and (p_channels is null or l.channel = any (p_channels))
    ),
    -- A group's jobs come in their order here, so what is left of it is the beginning of its run.
    oldest as (
      select w.* from waiting w order by w.priority desc, w.seq limit p_limit
    ),
    numbered as (
      select w.*, row_number() over (partition by w.job_group order by w.priority desc, w.seq) as nth from oldest w
    ),
    run as materialized (
      select r.*, h.row is not null as held, h.row, h.bytes from numbered r left join lateral (
        select j.ctid as row, ${PAYLOAD_BYTES} as bytes from ${n.job} j where j.id = any (array[r.id]) and j.state in ('ready', 'blocked') for update skip locked
      ) h on true
      where r.nth <= p_max_per_group
    ),
    measured as (
      select r.*, min(r.nth) filter (where not r.held) over (partition by r.job_group) as gap from run r
    ),
    gapless as (
      select m.*, sum(m.bytes) over w - m.bytes as before from measured m where m.gap is null or m.nth < m.gap
      window w as (order by m.priority desc, m.seq rows unbounded preceding)
    ),
    taken as materialized (
      select f.* from gapless f where f.before < p_room
    ),
    entered as (
      ${enter(n, 'select t.job_group, count(*)::integer as jobs from taken t group by t.job_group')}
    )
    select array_agg(t.row order by t.priority desc, t.seq), array_agg(g.epoch order by t.priority desc, t.seq),
      coalesce(sum(t.bytes), 0), count(*) filter (where t.nth = 1)
    into v_run.rows, v_run.epochs, v_run.bytes, v_taken
    from taken t join ${n.jobGroup} g on g.name = any (array[t.job_group]);
  end if;

  -- Busy groups, those just taken among them: what else of them is ready is moved out of the way.
  with locked as materialized (
    select g.name from unnest(p_groups) as c (name) join ${n.jobGroup} g on g.name = any (array[c.name])
    where ${isShut('g')} limit 100 for update of g skip locked
  )
  select array_agg(l.name) into v_busy from locked l;
  if v_busy is not null and v_taken < p_seen then
    -- In strides, so that a hot group is passed over a few times and not once a job. Only ready rows are in the index
    -- that is read, so what was moved before is not met again.
    with ahead as materialized (
      select x.id, x.job_group from unnest(p_lanes) as l cross join lateral (
        select j.id, j.job_group from ${n.job} j
        where j.state = 'ready' and j.job_group is not null and j.channel = l.channel and j.name = l.name
        order by j.priority desc, j.seq limit case when v_taken > 0 then p_window else greatest(p_window, ${STRIDE}) end) x
    ),
    passed as materialized (
      select j.id from ahead a join ${n.job} j on j.id = any (array[a.id])
      where a.job_group = any (v_busy) and j.state = 'ready' and not (j.ctid = any (coalesce(v_run.rows, '{}')))
      for update of j skip locked
    )
    update ${n.job} j set state = 'blocked' from passed p where j.id = any (array[p.id]);
    get diagnostics v_demoted = row_count;
  end if;
  v_run.is_moved := v_demoted > 0;
  v_run.is_more_likely := v_demoted > 0 or cardinality(p_groups) > greatest(v_taken, coalesce(cardinality(v_busy), 0));
  return v_run;
end`,
  });
}

/** Makes the rows of those groups of a query (its column `name`) that have none, in name order. */
export function insertGroups(n: Tables, names: string): string {
  return `insert into ${n.jobGroup} (name)
    select distinct m.name collate "C" as name from (${names}) m
    where not exists (select 1 from ${n.jobGroup} e where e.name = any (array[m.name]))
    order by 1
    on conflict do nothing`;
}
