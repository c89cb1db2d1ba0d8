import { type SqlRow, toArrayLiteral } from '../driver/index.ts';
import { claimKey } from '../model/claim-key.ts';
import type { ClaimedJob, FailureJob, NewJob, Outcome } from '../model/job.ts';
import { asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface SettleInput {
  /** The lease under which all of these were claimed. */
  readonly processId: string;
  readonly outcomes: readonly Outcome[];
  /** Jobs that were claimed ahead and are running now: their attempt is spent. */
  readonly started: readonly ClaimedJob[];
  /** A job that has ended and whose outcome cannot be recorded: that is noted, and the job goes on being held. */
  readonly unrecorded?: { readonly job: ClaimedJob; readonly errorText: string };
  /** What becomes of jobs that succeeded. */
  readonly finalized: Finalized;
  /** What becomes of the others that are over; without it, the same. */
  readonly failed?: Finalized;
}

/** Of a job that is over: moved to history, in the place of one with the same id if need be; or deleted. */
export type Finalized = 'keep' | 'replace' | 'delete';

/** Jobs of one name in one channel. */
export interface Lane {
  readonly channel: string;
  readonly name: string;
}

export interface SettleResult {
  /** The claims that were lost meanwhile, as `claimKey` spells them: nothing was recorded of these. */
  readonly lost: ReadonlySet<string>;
  /** Those that were to wait, and were finalized as cancelled: somebody wanted that while they ran. Likewise. */
  readonly cancelled: ReadonlySet<string>;
  /** Those that had another end, and have succeeded: their runs had completed them in a transaction. Likewise. */
  readonly completed: ReadonlySet<string>;
  /** Where groups that were freed have a job that is ready now; `null`: a limit counts less, of lanes that nobody has listed. */
  readonly opened: readonly (Lane | null)[];
}

/** Records what became of jobs that were claimed under one lease, in one statement. */
export const settle: Statement<SettleInput, SettleResult> = defineStatement({
  name: 'bearmq_settle',
  mayBeRepeated: true,
  text: ({ fn }) => `
    select o_lost::text, o_fence::int4, o_channel::text, o_name::text from ${fn('settle_v1')}($1::text::uuid, $2::text::uuid[],
      $3::text::int4[], $4::text::int4[], $5::text::json, $6::text::text[], $7::text, $8::text, $9::text::json)`,
  encode: ({ processId, outcomes, started, unrecorded, finalized, failed = finalized }) => {
    const ids: string[] = [];
    const fences: number[] = [];
    const attempts: number[] = [];
    const rest: string[] = started.map((job) => JSON.stringify(encodeStart(job)));
    if (unrecorded !== undefined) {
      rest.push(JSON.stringify({ ...encodeStart(unrecorded.job), error: unrecorded.errorText }));
    }
    const followUps: string[] = [];
    const groups = new Set<string>();
    for (const outcome of outcomes) {
      const { job } = outcome;
      if (job.jobGroup !== null) groups.add(job.jobGroup);
      if (outcome.kind === 'succeeded' && outcome.parts === undefined) {
        ids.push(job.id);
        fences.push(job.fence);
        attempts.push(job.attempt);
      } else {
        rest.push(textOf(outcome));
        if (outcome.kind === 'failed' && outcome.failureJob !== undefined) {
          followUps.push(JSON.stringify(encodeFollowUp(job.id, 'failed', outcome.failureJob)));
        } else if (outcome.kind === 'succeeded') {
          for (const made of outcome.parts?.followUps ?? []) followUps.push(encodeWithPayload(job.id, made));
        }
      }
    }
    return [
      processId,
      toArrayLiteral(ids),
      toArrayLiteral(fences),
      toArrayLiteral(attempts),
      rest.length === 0 ? null : `[${rest.join()}]`,
      toArrayLiteral([...groups]),
      finalized,
      failed,
      followUps.length === 0 ? null : `[${followUps.join()}]`,
    ];
  },
  decode,
});

function decode(rows: readonly SqlRow[], { processId }: SettleInput): SettleResult {
  const lost = new Set<string>();
  const cancelled = new Set<string>();
  const completed = new Set<string>();
  const opened: (Lane | null)[] = [];
  for (const [id, fence, channel, name] of rows) {
    if (id === null) opened.push(channel === null ? null : { channel: asText(channel), name: asText(name) });
    else {
      const key = claimKey({ id: asText(id), fence: asNumber(fence), processId });
      if (channel === null) lost.add(key);
      else (channel === 'completed' ? completed : cancelled).add(key);
    }
  }
  return { lost, cancelled, completed, opened };
}

function encodeStart({ id, fence, attempt, numAttempts }: ClaimedJob): object {
  return { id, fence, attempt: Math.min(attempt, numAttempts), kind: 'started' };
}

/** Its result is JSON text already, and goes as it is, in a list: the database would take a `null` of its own for none. */
function textOf(outcome: Outcome): string {
  const resultText = outcome.kind === 'succeeded' ? outcome.parts?.resultText : undefined;
  const rest = JSON.stringify(encodeRest(outcome, resultText !== undefined));
  return resultText === undefined ? rest : `${rest.slice(0, -1)},"result":[${resultText}]}`;
}

/** Spelled out: to spread one object into another took 6 microseconds more for each job that failed. */
function encodeRest(outcome: Outcome, hasResult: boolean): object {
  const { job } = outcome;
  const { id, fence } = job;
  // As it is written by `encodeExtras`; within a text its quotes would be escaped.
  const keep = hasResult || job.extras?.includes('"awaited":true') === true ? true : undefined;
  if (outcome.kind === 'succeeded') return { id, fence, kind: outcome.kind, attempt: job.attempt, keep };
  const { errorText: error, failure } = outcome;
  if (outcome.kind === 'waiting') {
    const kind = outcome.isSnooze === true ? 'snoozed' : outcome.kind;
    return { id, fence, kind, attempt: outcome.attempt, secs: outcome.secs, error, failure, keep };
  }
  const attempt = outcome.kind === 'cancelled' ? outcome.attempt : Math.min(job.attempt, job.numAttempts);
  return { id, fence, kind: outcome.kind, attempt, error, failure, keep };
}

/** Its extras are JSON text already. */
function encodeFollowUp(ofId: string, kind: 'succeeded' | 'failed', { extras, ...job }: FailureJob): object {
  const { id, name, channel, jobGroup, delaySecs, numAttempts, timeoutSecs, priority } = job;
  return {
    of_id: ofId,
    kind,
    id,
    name,
    channel,
    job_group: jobGroup,
    delay_secs: delaySecs,
    num_attempts: numAttempts,
    timeout_secs: timeoutSecs,
    priority,
    extras: extras === null ? null : JSON.parse(extras),
  };
}

/** Its payload is JSON text already, and goes as it is. */
function encodeWithPayload(ofId: string, { payloadText, runAtMs = null, ...job }: NewJob): string {
  const rest = JSON.stringify({ ...encodeFollowUp(ofId, 'succeeded', job), run_at_ms: runAtMs });
  return `${rest.slice(0, -1)},"payload":${payloadText}}`;
}
