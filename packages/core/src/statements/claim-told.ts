import { claimedRow, toArrayLiteral } from '../driver/index.ts';
import type { ClaimedJob } from '../model/job.ts';
import type { ToldJob } from '../model/told-job.ts';
import { decodeClaimedJob, inOrder } from './claim.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface ClaimToldInput {
  readonly workerId: string;
  readonly generation: number;
  readonly told: readonly ToldJob[];
  /** The claim ends with the job that makes its payloads so many bytes or more. */
  readonly room: number;
}

export interface ClaimToldResult {
  /** Those that were still ready; highest priority first, then oldest first. */
  readonly jobs: readonly ClaimedJob[];
  /** False when the process's lease is gone: it must register anew. */
  readonly isLeaseHeld: boolean;
}

/** Takes certain jobs for this process, those of them that are still ready. Told at `claim_told_v1`. */
export const claimTold: Statement<ClaimToldInput, ClaimToldResult> = defineStatement({
  name: 'bearmq_claim_told',
  mayBeRepeated: true,
  text: ({ fn }) => `
    select ${claimedRow('::')}
    from ${fn('claim_told_v1')}($1::text::uuid, $2::int4, $3::text::uuid[], $4::text::text[], $5::text::text[], $6::int4)`,
  encode: ({ workerId, generation, told, room }) => [
    workerId,
    generation,
    toArrayLiteral(told.map(({ id }) => id)),
    toArrayLiteral(told.map(({ channel }) => channel)),
    toArrayLiteral(told.map(({ name }) => name)),
    room,
  ],
  decode: (rows, { workerId }) => ({
    jobs: rows
      .slice(0, -1)
      .map((row) => decodeClaimedJob(row, workerId))
      .sort(inOrder),
    isLeaseHeld: rows.length > 0,
  }),
});
