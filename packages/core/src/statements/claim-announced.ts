import { toArrayLiteral } from '../driver/index.ts';
import type { AnnouncedJob } from '../model/announced-job.ts';
import type { ClaimedJob } from '../model/job.ts';
import { asBoolean, asNullable, CLAIMED_COLUMNS, claimedRow } from '../schema/index.ts';
import { decodeClaimedJobs } from './claim.ts';
import { defineStatement, type Statement } from './statement.ts';

const STARTED = CLAIMED_COLUMNS.indexOf('started');

export interface ClaimAnnouncedInput {
  readonly processId: string;
  readonly generation: number;
  readonly announced: readonly AnnouncedJob[];
  /** The claim ends with the job that makes its payloads so many bytes or more. */
  readonly room: number;
}

export interface ClaimAnnouncedResult {
  /** Those that were still ready; highest priority first, then oldest first. */
  readonly jobs: readonly ClaimedJob[];
  /** False when the process's lease is gone: it must register anew. */
  readonly isLeaseHeld: boolean;
  /** Something is paused or limited, so that none was taken: a scan finds out which may be. */
  readonly isScanNeeded: boolean;
}

/** Takes announced jobs for this process, those of them that are still ready. See `claim_announced_v1`. */
export const claimAnnounced: Statement<ClaimAnnouncedInput, ClaimAnnouncedResult> = defineStatement({
  name: 'bearmq_claim_announced',
  mayBeRepeated: true,
  text: ({ fn }) => `
    select ${claimedRow('::')}
    from ${fn('claim_announced_v1')}($1::text::uuid, $2::int4, $3::text::uuid[], $4::text::text[], $5::text::text[], $6::int4)`,
  encode: ({ processId, generation, announced, room }) => [
    processId,
    generation,
    toArrayLiteral(announced.map(({ id }) => id)),
    toArrayLiteral(announced.map(({ channel }) => channel)),
    toArrayLiteral(announced.map(({ name }) => name)),
    room,
  ],
  decode: (rows, { processId }) => ({
    jobs: decodeClaimedJobs(rows.slice(0, -1), processId),
    isLeaseHeld: rows.length > 0,
    isScanNeeded: asNullable(rows[rows.length - 1]?.[STARTED], asBoolean) ?? false,
  }),
});
