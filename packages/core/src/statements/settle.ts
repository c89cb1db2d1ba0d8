import { asNumber, asText, type SqlRow, toArrayLiteral } from '../driver/index.ts';
import type { ClaimedJob, Outcome } from '../model/job.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface SettleInput {
  readonly outcomes: readonly Outcome[];
  /** Jobs that were claimed ahead and are running now: their attempt is spent. */
  readonly started: readonly ClaimedJob[];
  /** What becomes of finalized jobs: moved to history, or deleted at once. */
  readonly finalized: 'keep' | 'delete';
}

/** Jobs of one name in one channel. */
export interface Lane {
  readonly channel: string;
  readonly name: string;
}

export interface SettleResult {
  /** The claims that were lost meanwhile, as {@link claimKey} spells them: nothing was recorded of these. */
  readonly lost: ReadonlySet<string>;
  /** Where groups that were freed have a job that is ready now. */
  readonly opened: readonly Lane[];
}

/** Names one claim of a job: a job may be claimed again before an earlier claim of it is settled. */
export function claimKey({ id, claims }: Pick<ClaimedJob, 'id' | 'claims'>): string {
  return `${id} ${claims}`;
}

/** Records what became of claimed jobs, in one statement. */
export const settle: Statement<SettleInput, SettleResult> = defineStatement({
  name: 'bearmq_settle',
  mayBeRepeated: true,
  text: ({ fn }) => `
    select o_lost::text, o_claims::int4, o_channel::text, o_name::text from ${fn('settle_v1')}($1::text::uuid[], $2::text::int4[], $3::text::int4[],
      $4::text::json, $5::text::text[], $6::boolean)`,
  encode: ({ outcomes, started, finalized }) => {
    const ids: string[] = [];
    const claims: number[] = [];
    const attempts: number[] = [];
    const rest: object[] = started.map((job) => ({
      id: job.id,
      claims: job.claims,
      attempt: Math.min(job.attempt, job.numAttempts),
      kind: 'started',
    }));
    const groups = new Set<string>();
    for (const outcome of outcomes) {
      const { job } = outcome;
      if (job.jobGroup !== null) groups.add(job.jobGroup);
      if (outcome.kind === 'succeeded') {
        ids.push(job.id);
        claims.push(job.claims);
        attempts.push(job.attempt);
      } else {
        rest.push(encodeRest(outcome));
      }
    }
    return [
      toArrayLiteral(ids),
      toArrayLiteral(claims),
      toArrayLiteral(attempts),
      rest.length === 0 ? null : JSON.stringify(rest),
      toArrayLiteral([...groups]),
      finalized === 'keep',
    ];
  },
  decode,
});

function decode(rows: readonly SqlRow[]): SettleResult {
  const lost = new Set<string>();
  const opened: Lane[] = [];
  for (const [id, claims, channel, name] of rows) {
    if (id === null) opened.push({ channel: asText(channel), name: asText(name) });
    else lost.add(claimKey({ id: asText(id), claims: asNumber(claims) }));
  }
  return { lost, opened };
}

function encodeRest(outcome: Exclude<Outcome, { kind: 'succeeded' }>): object {
  const { job, kind, errorText } = outcome;
  return outcome.kind === 'waiting'
    ? { id: job.id, claims: job.claims, kind, attempt: outcome.attempt, secs: outcome.secs, error: errorText }
    : { id: job.id, claims: job.claims, kind, attempt: Math.min(job.attempt, job.numAttempts), error: errorText };
}
