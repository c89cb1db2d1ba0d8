import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';

/**
 * What stands for a key: the first half of a SHA-256 of the job's name and the key. Worked out here alone, so that no two
 * clients can disagree on it.
 */
export function keyHash(name: string, key: string): string {
  return `encode(substring(sha256(convert_to(${name}, 'UTF8') || decode('00', 'hex') || convert_to(${key}, 'UTF8')) for 16), 'hex')::uuid`;
}

/**
 * Whether the key of the row `k` is held at `now`: by time, or by the job `job_id`. Said by looking at the job, so neither a
 * claim nor a settle has anything to do with keys, and a row that is left over holds nothing. A job that was ever claimed
 * has a fence above 0, for good.
 */
export function isKeyHeld(n: Tables, k: string, now: string): string {
  return `(coalesce(${k}.held_until > ${now}, false)
        or exists (select 1 from ${n.job} j where j.id = any (array[${k}.job_id]) and (${k}.until <> 'started' or j.fence = 0))
        or ${k}.until = 'deleted' and exists (select 1 from ${n.finalizedJob} f where f.id = any (array[${k}.job_id])))`;
}

/**
 * Deletes, of the `p_limit` keys after `p_after`, those that nothing holds any more. They are litter and hold up nobody, so
 * there is no hurry. Returns the last key looked at, how many were, and how many were deleted.
 *
 * In two statements. Whoever takes a key over changes its row, and its new job is in the same transaction: one snapshot could
 * show the row as it is since then, but not the job. So the rows are locked first (those that are being taken over are
 * skipped), and judged by a snapshot of after that: while they are locked nobody takes them over.
 */
export function pruneKeys(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('prune_keys_v1')}(p_after uuid, p_limit integer)`,
    returns: 'table (o_last uuid, o_seen integer, o_deleted integer)',
    body: `declare
  v_locked uuid[];
begin
  select max(p.hash::text)::uuid, count(*)::integer into o_last, o_seen
  from (select k.hash from ${n.uniqueKey} k where k.hash > p_after order by k.hash limit p_limit) p;
  select array_agg(l.hash) into v_locked from (
    select k.hash from ${n.uniqueKey} k where k.hash > p_after and k.hash <= o_last
      and not ${isKeyHeld(n, 'k', 'clock_timestamp()')}
    order by k.hash for update of k skip locked) l;
  delete from ${n.uniqueKey} k using unnest(v_locked) as l (hash)
  where k.hash = any (array[l.hash]) and not ${isKeyHeld(n, 'k', 'clock_timestamp()')};
  get diagnostics o_deleted = row_count;
  return next;
end`,
  });
}
