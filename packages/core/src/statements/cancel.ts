import { toArrayLiteral } from '../driver/index.ts';
import { asNullable, asNumber, asText } from '../schema/index.ts';
import { decodeWhat, type JobsTouched } from './jobs-touched.ts';
import { defineStatement, type Statement } from './statement.ts';

interface CancelInput {
  readonly ids: readonly string[];
  readonly reason: string | null;
  /** What becomes of jobs that waited: moved to history, or deleted. */
  readonly finalized: 'keep' | 'delete';
}

/** Cancels jobs: those that wait are over, of those that run their processes are to learn. See `cancel_v1`. */
export const cancelJobs: Statement<CancelInput, JobsTouched> = defineStatement({
  name: 'bearmq_cancel',
  text: ({ fn }) => `
    select o_id::text, o_what::text, o_name::text, o_channel::text from ${fn('cancel_v1')}($1::text::uuid[], $2::text, $3::text)`,
  encode: ({ ids, reason, finalized }) => [toArrayLiteral(ids), reason, finalized],
  decode: decodeWhat,
});

/** Deletes jobs that wait, and jobs that are over. See `delete_jobs_v1`. */
export const deleteJobs: Statement<{ readonly ids: readonly string[] }, JobsTouched> = defineStatement({
  name: 'bearmq_delete_jobs',
  text: ({ fn }) => `
    select o_id::text, o_what::text, o_name::text, o_channel::text from ${fn('delete_jobs_v1')}($1::text::uuid[])`,
  encode: ({ ids }) => [toArrayLiteral(ids)],
  decode: decodeWhat,
});

/** One claim of a process whose job somebody wants cancelled. */
export interface CancelOfClaim {
  readonly jobId: string;
  readonly fence: number;
  readonly reason: string | null;
}

/** The jobs that a process runs and that somebody wants cancelled. Planned anew: see `removeProcess`. */
export const cancelsOf: Statement<{ readonly processId: string }, readonly CancelOfClaim[]> = defineStatement({
  name: 'bearmq_cancels_of',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ job }) => `
    select id::text, fence::int4, pg_catalog.left(cancel ->> 'reason', 10000)::text as reason from ${job}
    where process_id = $1::text::uuid and state = 'running' and cancel is not null`,
  encode: ({ processId }) => [processId],
  decode: (rows) =>
    rows.map(([id, fence, reason]) => ({
      jobId: asText(id),
      fence: asNumber(fence),
      reason: asNullable(reason, asText),
    })),
});
