import {
  type ClaimedJob,
  cancelled,
  claimKey,
  type Outcome,
  outcomeOfDeadWorker,
  outcomeOfError,
  released,
  snoozed,
} from '@bearmq/core/internal';
import type { Model } from './model.ts';

/** What a worker says of a job that it was given. */
export type Verdict = 'succeeded' | 'failed' | 'given up' | 'snoozed' | 'released' | 'started';

export interface Said {
  readonly outcomes: readonly Outcome[];
  readonly started: readonly ClaimedJob[];
}

/** What a worker sends to settle: as the executor would have it. */
export function say(verdicts: readonly { readonly claim: ClaimedJob; readonly verdict: Verdict }[]): Said {
  const outcomes: Outcome[] = [];
  const started: ClaimedJob[] = [];
  for (const { claim, verdict } of verdicts) {
    if (verdict === 'released') outcomes.push(released(claim));
    else if (claim.extras !== null) outcomes.push(cancelled(claim, null, 'not-started'));
    else if (claim.attempt > claim.numAttempts) outcomes.push(outcomeOfDeadWorker(claim));
    else if (verdict === 'succeeded') outcomes.push({ kind: 'succeeded', job: claim });
    else if (verdict === 'failed')
      outcomes.push(outcomeOfError(claim, new Error('no luck'), { workerId: 'w', durationMs: 1 }));
    else if (verdict === 'given up')
      outcomes.push(outcomeOfError(claim, new Error('never'), { workerId: 'w', durationMs: 1 }, () => 'give-up'));
    else if (verdict === 'snoozed') outcomes.push(snoozed(claim, 3_600));
    else if (!claim.isStarted) started.push(claim);
  }
  return { outcomes, started };
}

/** Enters a settle in the model. Returns the claims that were lost: those, and only those, the settle must report. */
export function acceptSettle(model: Model, { outcomes, started }: Said): ReadonlySet<string> {
  const lost = new Set<string>();
  for (const claim of started) if (!isGood(model, claim, 'started')) lost.add(claimKey(claim));
  for (const { job, kind } of outcomes) if (!isGood(model, job, kind)) lost.add(claimKey(job));
  for (const claim of started) {
    const job = model.holds(claim);
    if (job !== undefined) Object.assign(job, { isStarted: true, attempt: claim.attempt });
  }
  for (const outcome of outcomes) {
    const job = model.holds(outcome.job);
    if (job === undefined) continue;
    if (job.isDone) model.finalize(job, 'succeeded', job.attempt);
    else if (outcome.kind === 'cancelled' || (outcome.kind === 'waiting' && job.isCancelled)) {
      model.finalize(job, 'cancelled', outcome.attempt);
    } else if (outcome.kind === 'waiting') {
      job.attempt = outcome.attempt;
      model.wait(job, outcome.secs);
    } else {
      model.finalize(job, outcome.kind, Math.min(outcome.job.attempt, job.numAttempts));
    }
  }
  return lost;
}

/** It can be said now; or an earlier copy of the same settle, whose answer was lost, has done its work. */
function isGood(model: Model, claim: ClaimedJob, kind: Outcome['kind'] | 'started'): boolean {
  if (model.holds(claim) !== undefined) return true;
  const job = model.jobs.get(claim.id);
  if (job === undefined) return model.finalized.get(claim.id)?.fence === claim.fence;
  return kind === 'waiting' && job.fence === claim.fence && job.state !== 'running';
}
