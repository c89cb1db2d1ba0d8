import type { Tables } from '@bearmq/core/schema';
import { freshTag } from '../plpgsql.ts';

/** How many failed attempts a job keeps: the first one, and the latest. */
const KEPT = 10;

/** How many characters of an error are kept once another attempt has failed after it. */
const EARLIER_CHARS = 2000;

/**
 * The history of a job's failed attempts with one more: the first and the latest nine are kept, and of all errors but the
 * newest the beginning.
 *
 * It is part of the row, which is written anyway when an attempt fails: no table, no index and no statement more. Whatever
 * somebody put there by hand, this does not fail: so would a rescue, for all.
 *
 * In SQL and without settings of its own: it runs within functions that have them, once for each failed attempt.
 */
export function appendFailure(n: Tables): string {
  const body = `select case when jsonb_typeof(k.kept -> -1 -> 'error') = 'string'
      then jsonb_set(k.kept, '{-1,error}', to_jsonb(left(k.kept -> -1 ->> 'error', ${EARLIER_CHARS})), false)
      else k.kept end || jsonb_build_array(p_failure)
  from (
    select case when jsonb_typeof(p_failures) is distinct from 'array' then '[]'
      when jsonb_array_length(p_failures) >= ${KEPT} then p_failures - 1 else p_failures end as kept
  ) k`;
  const signature = `${n.fn('append_failure_v1')}(p_failures jsonb, p_failure jsonb)`;
  const tag = freshTag(signature + body);
  return `create function ${signature} returns jsonb
language sql immutable
as ${tag}
${body}
${tag}`;
}

/** What is kept of a failed attempt of the job `j`. Times are the database's; `more` are pairs of keys and values. */
export function failure({ attempt, error, more }: { attempt: string; error: string; more: string }): string {
  return `jsonb_build_object('attempt', ${attempt}, 'atMs', round(extract(epoch from clock_timestamp()) * 1000),
          'processId', p_process, ${more}, 'error', ${error})`;
}
