import type { ClaimedJob } from '../model/job.ts';
import { asBoolean } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface CompleteInput {
  readonly job: ClaimedJob;
  /** Whether it is kept in history once it is over. */
  readonly isKept: boolean;
  /** As JSON text. */
  readonly resultText?: string | undefined;
}

/** The claim is not held any more: the SQLSTATE of `complete_v1`. */
export const CLAIM_LOST = 'BM004';

/** Completes a running job in the session's transaction. Resolves to whether this did it, and no call before. See `complete_v1`. */
export const complete: Statement<CompleteInput, boolean> = defineStatement({
  name: 'bearmq_complete',
  text: ({ fn }) => `
    select ${fn('complete_v1')}($1::text::uuid, $2::int4, $3::text::uuid, $4::int4, $5::text::jsonb)::boolean`,
  encode: ({ job: { id, fence, processId, attempt }, isKept, resultText }) => [
    id,
    fence,
    processId,
    attempt,
    `{"keep":${isKept}${resultText === undefined ? '' : `,"result":${resultText}`}}`,
  ],
  decode: ([row]) => asBoolean(row?.[0]),
});
