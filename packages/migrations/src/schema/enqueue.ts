import type { Tables } from '@bearmq/core/schema';
import { freshTag, NAME_TAG } from '../plpgsql.ts';

/**
 * Enqueues one job that is ready at once and announces it: the first after a quiet spell, which somebody idle waits for.
 *
 * The first commit does not wait for the disk, the second writes a mark and does. So the job is seen and announced before
 * the disk has it, an `enqueue` that resolved is durable, and a worker's own flush covers the job that it starts. A role
 * that may not write the mark has its job durable first: an error after the first commit would be told as the failure of an
 * enqueue that took place.
 *
 * It sets nothing outside of its first transaction, and no search path, since a procedure that does may not commit: all its
 * names are qualified. Figures: apps/docs/internals/enqueue.md, "The first job"
 */
export function enqueueFirst(n: Tables): string {
  const mark = `${NAME_TAG}${n.flushMark}${NAME_TAG}`;
  const body = `declare
  v_may_mark boolean := pg_catalog.has_sequence_privilege(${mark}, 'update');
begin
  if v_may_mark then
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
  end if;
  if p_group is null then
    insert into ${n.job} (id, state, name, channel, num_attempts, timeout_secs, priority, extras, payload)
    values (p_id, 'ready', p_name, p_channel, p_num_attempts, p_timeout_secs, p_priority, p_extras, p_payload);
  else
    insert into ${n.job} (id, state, name, channel, job_group, num_attempts, timeout_secs, priority, extras, payload)
    values (p_id, 'blocked', p_name, p_channel, p_group, p_num_attempts, p_timeout_secs, p_priority, p_extras, p_payload);
    perform ${n.fn('line_up_v1')}(array[p_group], array[p_channel], array[p_name], array[p_priority], array[0]);
  end if;
  if v_may_mark then
    perform pg_catalog.pg_notify(p_listeners, p_announcement);
    commit;
    perform pg_catalog.setval(${mark}, 1);
  else
    commit;
    perform pg_catalog.pg_notify(p_listeners, p_announcement);
  end if;
end`;
  const tag = freshTag(body);
  return `create procedure ${n.fn('enqueue_first_v1')}(
  p_id uuid, p_name text, p_channel text, p_group text, p_num_attempts integer, p_timeout_secs float8, p_priority integer,
  p_extras json, p_payload json, p_listeners text, p_announcement text)
language plpgsql
as ${tag}
${body}
${tag}`;
}
