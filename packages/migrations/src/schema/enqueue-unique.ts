import { lineUp, type Tables } from '@bearmq/core/schema';
import { notByEverybody, plpgsql } from '../plpgsql.ts';
import { isKeyHeld, keyHash } from './unique-keys.ts';

/** What is said of each job beside its payload, under the names that a client has for it. */
const ITEM = `id uuid, name text, channel text, "jobGroup" text, "delaySecs" float8, "runAtMs" float8, "numAttempts" integer,
      "timeoutSecs" float8, priority integer, extras text, key text, until text, "forSecs" float8, "onConflict" text,
      "maxRestartSecs" float8`;

const NAMES = ITEM.replace(/ (?:uuid|text|float8|integer)(?=,|$)/g, '');

/**
 * The jobs of a call with their places in it, what stands for their keys, and when they are due; null where that is at once.
 * Each time the lists are taken apart anew, 5 microseconds a job.
 */
const ITEMS = `(
      select g.*, case when g.key is not null then ${keyHash('g.name', 'g.key')} end as hash,
        case when g."forSecs" > 0 then v_now + make_interval(secs => g."forSecs") end as held_until,
        case when g."delaySecs" > 0 then v_now + make_interval(secs => g."delaySecs")
          when g."runAtMs" > extract(epoch from v_now) * 1000 then to_timestamp(g."runAtMs" / 1000) end as due_at
      from rows from (json_to_recordset(p_jobs) as (${ITEM}), json_array_elements(p_payloads))
        with ordinality as g (${NAMES}, payload, nth)
    )`;

const INSERT_KEY = '(hash, job_id, until, held_until, key)';
const keyOf = (i: string): string => `${i}.hash, ${i}.id, ${i}.until, ${i}.held_until, ${i}.key`;

/**
 * Enqueues jobs of which some have a unique key, in their order, and returns a row for each whose key was held: its place in
 * the list (from 1), the id of the job that holds the key, and `skipped`, `replaced`, `restarted` or `refused`.
 *
 * The unique index decides who has a key. A waiting job that stands for a skipped one is locked `for key share`, which only
 * claims mind, so that it starts after the caller's transaction. That lock is taken in a block of its own: left by an error,
 * it lets go of a row that was claimed meanwhile. It acts with its owner's rights, since a producer may not read jobs.
 *
 * Why there is no race: apps/docs/internals/enqueue.md, "Unique keys"
 */
export function enqueueUnique(n: Tables): string[] {
  return [
    plpgsql({
      rights: 'owner',
      signature: `${n.fn('enqueue_unique_v1')}(p_jobs json, p_payloads json)`,
      returns: 'table (o_nth integer, o_job uuid, o_outcome text)',
      body: `declare
  v_now timestamptz := clock_timestamp();
  v_left integer; -- jobs with keys of which it is not known yet what becomes of them
  v_granted uuid[];
  v_answered uuid[] := '{}';
  v_item record;
  v_key record;
  v_is_held boolean;
  v_waits boolean;
  v_places integer;
begin
  with item as materialized (
    select i.* from ${ITEMS} i
  ),
  entered as (
    insert into ${n.uniqueKey} ${INSERT_KEY}
    select ${keyOf('i')} from item i where i.key is not null order by i.hash, i.nth
    on conflict do nothing returning job_id
  ),
  tally as (
    select (select count(i.key) from item i) - count(*) as left_over, coalesce(array_agg(e.job_id), '{}') as granted from entered e
  ),
  ${insertJobs(n, 'item', '(select c.left_over = 0 from tally c)')}
  select c.granted, c.left_over, l.places into v_granted, v_left, v_places from tally c cross join (select ${lineUp(n, 'behind')}) l;
  if v_left = 0 then
    return;
  end if;

  for v_round in 1 .. 2 loop
    if v_left > 0 then
      for v_item in select g.* from ${ITEMS} g
        where g.key is not null and g.id not in (select unnest(v_granted || v_answered)) order by g.hash, g.nth
      loop
        ${decide(n)}
      end loop;
    end if;
    if v_round = 1 then
      with ${insertJobs(n, ITEMS, 'i.key is null or i.id in (select unnest(v_granted))')}
      select l.places into v_places from (select ${lineUp(n, 'behind')}) l;
    end if;
  end loop;
end`,
    }),
    notByEverybody(`${n.fn('enqueue_unique_v1')}(json, json)`),
  ];
}

/**
 * Inserts jobs of a list, in its order: a CTE for that, and `behind` of those that wait in a group. `which` says which of the
 * rows `i`.
 */
function insertJobs(n: Tables, list: string, which: string): string {
  return `added as (
        insert into ${n.job} (id, payload, name, channel, job_group, state, run_at, num_attempts, timeout_secs, extras,
          priority)
        select i.id, i.payload, i.name, i.channel, i."jobGroup",
          case when i.due_at is not null then 'scheduled' when i."jobGroup" is null then 'ready' else 'blocked' end::${n.jobState},
          i.due_at, i."numAttempts", i."timeoutSecs", i.extras::json, i.priority
        from ${list} i where ${which} order by i.nth
        returning job_group, channel, name, priority, seq, state
      ),
      behind as (
        select * from added a where a.state = 'blocked'
      )`;
}

/** What becomes of the job `v_item`, whose key was there already: it is granted the key after all, or its answer is returned. */
function decide(n: Tables): string {
  const changes = `v_item."onConflict" in ('replace', 'restart')`;
  const isRestart = `v_item."onConflict" = 'restart' and j.state::text = 'scheduled'`;
  const granted = `v_granted := v_granted || v_item.id;
            v_left := v_left - 1;
            o_outcome := 'enqueued';
            exit;`;
  return `o_nth := v_item.nth;
        o_outcome := null;
        for v_turn in 1 .. 1000 loop
          insert into ${n.uniqueKey} ${INSERT_KEY} values (${keyOf('v_item')}) on conflict do nothing;
          if found then
            ${granted}
          end if;
          select u.job_id, u.until, u.held_until into v_key from ${n.uniqueKey} u where u.hash = v_item.hash;
          continue when not found;
          if v_round = 1 and v_key.job_id = any (v_granted) then
            o_outcome := 'later'; -- it is one of this list, and not inserted yet
            exit;
          end if;
          select ${isKeyHeld(n, 'v_key', 'clock_timestamp()')},
            exists (select 1 from ${n.job} j where j.id = any (array[v_key.job_id]) and j.fence = 0)
          into v_is_held, v_waits;
          if not v_is_held then
            update ${n.uniqueKey} u set job_id = v_item.id, until = v_item.until, held_until = v_item.held_until, key = v_item.key
            where u.hash = v_item.hash and u.job_id = v_key.job_id;
            continue when not found; -- somebody else has taken it over, or it was deleted
            ${granted}
          end if;
          if v_waits and (v_key.until = 'started' or ${changes}) then
            begin
              if ${changes} then
                update ${n.job} j set payload = v_item.payload, extras = v_item.extras::json,
                  run_at = case when ${isRestart}
                    then least(coalesce(v_item.due_at, v_now), j.enqueued_at + make_interval(secs => v_item."maxRestartSecs"))
                    else j.run_at end
                where j.id = any (array[v_key.job_id]) and j.fence = 0
                returning case when ${isRestart} then 'restarted' else 'replaced' end into o_outcome;
              else
                perform 1 from ${n.job} j where j.id = any (array[v_key.job_id]) and j.fence = 0 for key share;
              end if;
              if not found then
                raise exception using errcode = 'BM002';
              end if;
            exception when sqlstate 'BM002' then
              continue; -- it was claimed, or is gone, since it was looked at
            end;
          end if;
          o_job := v_key.job_id;
          o_outcome := coalesce(o_outcome, case v_item."onConflict" when 'throw' then 'refused' else 'skipped' end);
          v_answered := v_answered || v_item.id;
          v_left := v_left - 1;
          return next;
          exit;
        end loop;
        if o_outcome = 'refused' then
          return;
        elsif o_outcome is null then
          raise exception 'no end of changes to a unique key of %', v_item.name using errcode = 'lock_not_available';
        end if;`;
}
