import { asBoolean, asNullable, asNumber, asText, type SqlRow, toArrayLiteral } from '../driver/index.ts';
import type { ClaimedJob } from '../model/job.ts';
import { defineStatement, type Statement } from './statement.ts';

/** What the Workers with one choice of channels want. */
export interface Demand {
  /** `null`: all channels. */
  readonly channels: readonly string[] | null;
  /** How many jobs would start at once. */
  readonly slots: number;
  /** How many more to claim a little before they are needed. */
  readonly ahead: number;
  /** The most jobs of one group to take at once, to be worked off in order. */
  readonly run: number;
}

export interface ClaimInput {
  readonly workerId: string;
  readonly generation: number;
  /** The registered names. */
  readonly names: readonly string[];
  readonly demands: readonly Demand[];
}

export interface ClaimResult {
  /** The jobs of each demand, in its order; highest priority first, then oldest first. */
  readonly jobs: readonly (readonly ClaimedJob[])[];
  /** False when the process's lease is gone: it must register anew. */
  readonly isLeaseHeld: boolean;
  /** Milliseconds until the next scheduled job is due; `null` when there is none. */
  readonly nextDueMs: number | null;
  /** A worker's lease has run out: a rescue should be tried. */
  readonly isRescueDue: boolean;
  /** Ready work may lie behind what this claim saw: ask again soon. */
  readonly isMoreLikely: boolean;
}

/** Takes ready jobs for this process, and makes due ones ready first. The protocol is told at `claim_v1`. */
export const claim: Statement<ClaimInput, ClaimResult> = defineStatement({
  name: 'bearmq_claim',
  text: ({ fn }) => `
    select o_demand::int4, o_id::text, o_name::text, o_channel::text, o_group::text, o_attempt::int4,
      o_num_attempts::int4, o_timeout_secs::float8, o_priority::int4, o_seq::float8, o_claims::int4,
      o_started::boolean, o_enqueued_ms::float8, o_payload::text, o_lease_held::boolean, o_next_due_ms::float8,
      o_rescue_due::boolean, o_unreached::boolean
    from ${fn('claim_v1')}($1::text::uuid, $2::int4, $3::text::text[], $4::text::json)`,
  encode: ({ workerId, generation, names, demands }) => [
    workerId,
    generation,
    toArrayLiteral(names),
    JSON.stringify(demands),
  ],
  decode: (rows) => {
    const last = rows[rows.length - 1];
    const jobs: ClaimedJob[][] = [];
    for (const row of rows) {
      if (row === last) break;
      const demand = asNumber(row[0]);
      while (jobs.length <= demand) jobs.push([]);
      jobs[demand]?.push(decodeJob(row));
    }
    for (const list of jobs) list.sort((a, b) => b.priority - a.priority || a.seq - b.seq);
    return {
      jobs,
      isLeaseHeld: asBoolean(last?.[14]),
      nextDueMs: asNullable(last?.[15], asNumber),
      isRescueDue: asNullable(last?.[16], asBoolean) ?? false,
      isMoreLikely: asNullable(last?.[17], asBoolean) ?? false,
    };
  },
});

function decodeJob(row: SqlRow): ClaimedJob {
  return {
    id: asText(row[1]),
    name: asText(row[2]),
    channel: asText(row[3]),
    jobGroup: asNullable(row[4], asText),
    attempt: asNumber(row[5]),
    numAttempts: asNumber(row[6]),
    timeoutSecs: asNumber(row[7]),
    priority: asNumber(row[8]),
    seq: asNumber(row[9]),
    claims: asNumber(row[10]),
    isCounted: asBoolean(row[11]),
    enqueuedAtMs: asNumber(row[12]),
    payloadText: asText(row[13]),
  };
}
