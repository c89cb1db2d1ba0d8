import { type SqlRow, toArrayLiteral } from '../driver/index.ts';
import type { ClaimedJob } from '../model/job.ts';
import {
  asBoolean,
  asNullable,
  asNumber,
  asText,
  CLAIMED_COLUMNS,
  type ClaimedColumn,
  claimedRow,
} from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** What the Workers with the same channels want. */
export interface Demand {
  /** `null`: all channels. */
  readonly channels: readonly string[] | null;
  /** How many jobs would start at once. */
  readonly slots: number;
  /** How many more to claim a little before they are needed. */
  readonly ahead: number;
  /** The most jobs of one group to take at once, to be worked off in order. */
  readonly maxPerGroup: number;
  /** How many jobs a group gave lately, where that was less: then more groups are taken at once. */
  readonly usual?: number;
  /** The claim ends with the job that makes its payloads so many bytes or more; without it there is no limit. */
  readonly room?: number;
}

/** A lane's jobs of one priority, and how far they are known to be over: no job up to `position` (a `seq`) is ready. */
export interface LanePosition {
  readonly channel: string;
  readonly name: string;
  readonly priority: number;
  readonly position: number;
}

/** A channel and a name. */
export interface LanePlace {
  readonly channel: string;
  readonly name: string;
}

/** A full scan that goes on where another one ended: {@link ClaimResult.scannedTo}. */
export interface ClaimAfter {
  readonly scan: 'full';
  readonly after: LanePlace;
}

/** What a claim need not scan. Jobs that became ready there all the same are not seen by it. */
export interface ClaimFrom {
  /** `narrow`: only in these lanes, after their positions. `wide`: everywhere but before them. */
  readonly scan: 'wide' | 'narrow';
  readonly lanes: readonly LanePosition[];
  /** Scheduled jobs that were due by then have been made ready: milliseconds since 1970, by the database's clock. */
  readonly dueAfterMs: number | null;
}

export interface ClaimInput {
  readonly processId: string;
  readonly generation: number;
  /** The registered names. */
  readonly names: readonly string[];
  readonly demands: readonly Demand[];
  /** `null`: a full scan, from the first lane on. */
  readonly from: ClaimFrom | ClaimAfter | null;
}

export interface ClaimResult {
  /** The jobs of each demand, in its order; highest priority first, then oldest first, a group by its turn. */
  readonly jobs: readonly (readonly ClaimedJob[])[];
  /** False when the process's lease is gone: it must register anew. */
  readonly isLeaseHeld: boolean;
  /** Milliseconds until the next scheduled job is due, or a group may start its next one; `null` when there is none. */
  readonly nextDueMs: number | null;
  /** A scheduled job is due that others hold: it was not made ready, and nothing tells when they let go of it. */
  readonly isDueHeld: boolean;
  /** A worker's lease has run out: a rescue should be tried. */
  readonly isRescueDue: boolean;
  /** Ready work may lie behind what this claim saw: ask again soon. */
  readonly mayHaveMore: boolean;
  /** Groups that may start nothing were moved out of its way: the next claim will see others. */
  readonly hasMoved: boolean;
  /** The groups whose jobs, as far as this claim brings any, run side by side: each in a slot of its own. */
  readonly parallelGroups: readonly string[];
  /** How long the database took to find out where there are jobs, in milliseconds. */
  readonly scanMs: number;
  /**
   * All scheduled jobs that were due by then, by the database's clock, have been made ready; `null` where there may be
   * more of them.
   */
  readonly promotedMs: number | null;
  /** The last `seq` that was drawn before the claim scanned; `null` where the database does not let us know. */
  readonly latestSeq: number | null;
  /** It made jobs ready, without taking them, where the next claim may not scan. */
  readonly isLeftBehind: boolean;
  /** There is work whose starts are counted by time: it took no more than could start at once. */
  readonly isStartOnly: boolean;
  /** The last lane that a full scan looked at, where there are more than one scan looks at; else `null`. */
  readonly scannedTo: LanePlace | null;
}

/** Takes ready jobs for this process, and makes due ones ready first. See `claim_v1` for the protocol. */
export const claim: Statement<ClaimInput, ClaimResult> = defineStatement({
  name: 'bearmq_claim',
  mayBeRepeated: true,
  text: ({ fn }) => `
    select ${claimedRow('::')}, o_demand::int4, o_facts::text
    from ${fn('claim_v1')}($1::text::uuid, $2::int4, $3::text::text[], $4::text::json, $5::text::json)`,
  encode: ({ processId, generation, names, demands, from }) => [
    processId,
    generation,
    toArrayLiteral(names),
    JSON.stringify(demands),
    from === null ? null : JSON.stringify(from),
  ],
  decode: (rows, { processId }) => {
    const last = rows[rows.length - 1];
    const given: SqlRow[][] = [];
    for (const row of rows) {
      if (row === last) break;
      const demand = asNumber(row[DEMAND]);
      while (given.length <= demand) given.push([]);
      given[demand]?.push(row);
    }
    const jobs = given.map((list) => decodeClaimedJobs(list, processId));
    const facts = JSON.parse(asText(last?.[FACTS])) as Omit<ClaimResult, 'jobs'>;
    const latestSeq = facts.latestSeq === null ? null : Math.min(facts.latestSeq, Number.MAX_SAFE_INTEGER);
    return { ...facts, latestSeq, jobs };
  },
});

/** Where each of a job's columns is in a claim's row, and what follows them. */
const at = Object.fromEntries(CLAIMED_COLUMNS.map((name, i) => [name, i])) as Readonly<Record<ClaimedColumn, number>>;
const NTH = CLAIMED_COLUMNS.length;
const DEMAND = NTH + 1;
const FACTS = DEMAND + 1;

/**
 * Jobs from rows that begin with those of a claim, in the order that it numbered them in. That is not asked again here: it
 * knows turns, which no job shows, and has spent the attempt of the first.
 */
export function decodeClaimedJobs(rows: readonly SqlRow[], processId: string): ClaimedJob[] {
  const inOrder = [...rows].sort((a, b) => asNumber(a[NTH]) - asNumber(b[NTH]));
  let before: ClaimedJob | undefined;
  return inOrder.map((row) => (before = decodeClaimedJob(row, processId, before)));
}

/**
 * Most jobs of a claim are of one lane. They share its strings: what is looked up by them later, job by job, then needs
 * neither hash nor comparison of its own.
 */
function decodeClaimedJob(row: SqlRow, processId: string, before: ClaimedJob | undefined): ClaimedJob {
  const name = asText(row[at.name]);
  const channel = asText(row[at.channel]);
  return {
    processId,
    id: asText(row[at.id]),
    name: before?.name === name ? before.name : name,
    channel: before?.channel === channel ? before.channel : channel,
    jobGroup: asNullable(row[at.job_group], asText),
    attempt: asNumber(row[at.attempt]),
    numAttempts: asNumber(row[at.num_attempts]),
    timeoutSecs: asNumber(row[at.timeout_secs]),
    priority: asNumber(row[at.priority]),
    seq: Math.min(asNumber(row[at.seq]), Number.MAX_SAFE_INTEGER),
    fence: asNumber(row[at.fence]),
    isStarted: asBoolean(row[at.started]),
    isSuspect: asBoolean(row[at.suspect]),
    enqueuedAtMs: asNumber(row[at.enqueued_at]),
    // A claim is as old as its transaction, and may have waited for the settle that made the job ready.
    waitedMs: Math.max(0, asNumber(row[at.claimed_at])),
    payloadText: asText(row[at.payload]),
    extras: asNullable(row[at.extras], asText),
  };
}
