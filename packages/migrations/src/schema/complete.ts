import type { Tables } from '@bearmq/core/schema';
import { plpgsql } from '../plpgsql.ts';

/** The claim that was to be completed is not held any more. */
export const CLAIM_LOST = 'BM004';

/**
 * Completes a running job in the caller's transaction: with its commit the job is over as succeeded, whatever becomes of its
 * process. It only notes that in the job's own row; the settle that follows finalizes it, and opens its group, and where none comes, a
 * rescue does. So a transaction that stays open holds up no other job. Its start is noted as well.
 *
 * Whoever comes for the row meanwhile gives way: a cancel and a rescue skip it, a settle waits for half a second. Where one of them was
 * first, the row is read anew, and it fails if the claim is gone: then the transaction cannot be committed, and nothing that was written in it stays.
 *
 * Returns whether this completed it: not where an earlier call has.
 */
export function complete(n: Tables): string {
  return plpgsql({
    signature: `${n.fn('complete_v1')}(p_id uuid, p_fence integer, p_process uuid, p_attempt integer, p_done jsonb)`,
    returns: 'boolean',
    body: `declare
  v_was boolean;
begin
  select j.done is not null into v_was from ${n.job} j
  where j.id = any (array[p_id]) and j.fence = p_fence and j.process_id = p_process for no key update;
  if not found then
    raise exception 'the claim of job % was lost: its lease ran out, and it may run elsewhere', p_id using errcode = '${CLAIM_LOST}';
  end if;
  if not v_was then
    update ${n.job} j set done = p_done, started = true, attempt = p_attempt where j.id = any (array[p_id]);
  end if;
  return not v_was;
end`,
  });
}
