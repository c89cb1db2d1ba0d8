import { type SqlRow, toArrayLiteral } from '../driver/index.ts';
import { claimKey } from '../model/claim-key.ts';
import type { ClaimedJob, Outcome } from '../model/job.ts';
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
  /** What becomes of finalized jobs: moved to history, in the place of one with the same id if need be; or deleted. */
  readonly finalized: 'keep' | 'replace' | 'delete';
}

/** Jobs of one name in one channel. */
export interface Lane {
  readonly channel: string;
  readonly name: string;
}

export interface SettleResult {
  /** The claims that were lost meanwhile, as `claimKey` spells them: nothing was recorded of these. */
  readonly lost: ReadonlySet<string>;
  /** Where groups that were freed have a job that is ready now. */
  readonly opened: readonly Lane[];
}

/** Records what became of jobs that were claimed under one lease, in one statement. */
export const settle: Statement<SettleInput, SettleResult> = defineStatement({
  name: 'bearmq_settle',
  mayBeRepeated: true,
  text: ({ fn }) => `
    select o_lost::text, o_fence::int4, o_channel::text, o_name::text from ${fn('settle_v1')}($1::text::uuid, $2::text::uuid[],
      $3::text::int4[], $4::text::int4[], $5::text::json, $6::text::text[], $7::text)`,
  encode: ({ processId, outcomes, started, unrecorded, finalized }) => {
    const ids: string[] = [];
    const fences: number[] = [];
    const attempts: number[] = [];
    const rest: object[] = started.map((job) => encodeStart(job));
    if (unrecorded !== undefined) rest.push({ ...encodeStart(unrecorded.job), error: unrecorded.errorText });
    const groups = new Set<string>();
    for (const outcome of outcomes) {
      const { job } = outcome;
      if (job.jobGroup !== null) groups.add(job.jobGroup);
      if (outcome.kind === 'succeeded') {
        ids.push(job.id);
        fences.push(job.fence);
        attempts.push(job.attempt);
      } else {
        rest.push(encodeRest(outcome));
      }
    }
    return [
      processId,
      toArrayLiteral(ids),
      toArrayLiteral(fences),
      toArrayLiteral(attempts),
      rest.length === 0 ? null : JSON.stringify(rest),
      toArrayLiteral([...groups]),
      finalized,
    ];
  },
  decode,
});

function decode(rows: readonly SqlRow[], { processId }: SettleInput): SettleResult {
  const lost = new Set<string>();
  const opened: Lane[] = [];
  for (const [id, fence, channel, name] of rows) {
    if (id === null) opened.push({ channel: asText(channel), name: asText(name) });
    else lost.add(claimKey({ id: asText(id), fence: asNumber(fence), processId }));
  }
  return { lost, opened };
}

function encodeStart({ id, fence, attempt, numAttempts }: ClaimedJob): object {
  return { id, fence, attempt: Math.min(attempt, numAttempts), kind: 'started' };
}

function encodeRest(outcome: Exclude<Outcome, { kind: 'succeeded' }>): object {
  const { job, kind, errorText, failure } = outcome;
  const item = { id: job.id, fence: job.fence, kind, error: errorText, failure };
  return outcome.kind === 'waiting'
    ? { ...item, attempt: outcome.attempt, secs: outcome.secs }
    : { ...item, attempt: Math.min(job.attempt, job.numAttempts) };
}
