import { asText, toArrayLiteral } from '../driver/index.ts';
import type { ClaimedJob, Outcome } from '../model/job.ts';
import { defineStatement, type Statement } from './statement.ts';

export interface SettleInput {
  readonly outcomes: readonly Outcome[];
  /** Jobs that were claimed ahead and are running now: their attempt is spent. */
  readonly started: readonly ClaimedJob[];
  /** What becomes of finalized jobs: moved to history, or deleted at once. */
  readonly finalized: 'keep' | 'delete';
}

/** Records what became of claimed jobs, in one statement. Resolves to the ids whose claim was lost meanwhile. */
export const settle: Statement<SettleInput, ReadonlySet<string>> = defineStatement({
  name: 'bearmq_settle',
  text: ({ fn }) => `
    select o_lost::text from ${fn('settle_v1')}($1::text::uuid[], $2::text::int4[], $3::text::int4[],
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
  decode: (rows) => new Set(rows.map(([id]) => asText(id))),
});

function encodeRest(outcome: Exclude<Outcome, { kind: 'succeeded' }>): object {
  const { job, kind, errorText } = outcome;
  return outcome.kind === 'waiting'
    ? { id: job.id, claims: job.claims, kind, attempt: outcome.attempt, secs: outcome.secs, error: errorText }
    : { id: job.id, claims: job.claims, kind, attempt: Math.min(job.attempt, job.numAttempts), error: errorText };
}
