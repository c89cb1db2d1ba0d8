import type { SqlSession } from '../driver/index.ts';
import type { KeyedJob, SubmitOutcome } from '../model/unique.ts';
import { asNumber, asText, type Tables } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** What became of a job; or that its key was held, and it is to be refused for that. */
export interface KeyedOutcome {
  readonly jobId: string;
  readonly outcome: SubmitOutcome['outcome'] | 'refused';
}

/**
 * Enqueues jobs of which some have a unique key, in order, and resolves to what became of each. `enqueue_unique_v1` says why
 * there is no race. A call may wait for a transaction of somebody else's that has just enqueued the same key.
 *
 * Where one is refused the others may have been enqueued, or not: the caller rolls back. Of a single job nothing is left then.
 */
export async function enqueueUnique(
  session: SqlSession,
  tables: Tables,
  jobs: readonly KeyedJob[],
): Promise<readonly KeyedOutcome[]> {
  const met = new Map(await enqueueKeyed(session, tables, jobs));
  return jobs.map(({ id }, index) => met.get(index) ?? { jobId: id, outcome: 'enqueued' });
}

/** Resolves to what became of those whose key was held, by their places in the list. */
const enqueueKeyed: Statement<readonly KeyedJob[], readonly (readonly [number, KeyedOutcome])[]> = defineStatement({
  name: 'bearmq_enqueue_unique',
  text: ({ fn }) => `
    select o_nth::int4, o_job::text, o_outcome::text
    from ${fn('enqueue_unique_v1')}($1::text::json, $2::text::json)`,
  encode: (jobs) => [
    JSON.stringify(jobs.map(({ payloadText: _, unique, ...job }) => ({ ...job, ...unique }))),
    `[${jobs.map(({ payloadText }) => payloadText).join(',')}]`,
  ],
  decode: (rows) =>
    rows.map(([nth, jobId, outcome]) => [
      asNumber(nth) - 1,
      { jobId: asText(jobId), outcome: asText(outcome) as KeyedOutcome['outcome'] },
    ]),
});
