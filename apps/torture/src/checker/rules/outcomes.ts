import type { Task } from '../../ledger/facts.ts';
import { isStopped, isToldToEnd, mayHaveFailed, mayHaveSucceeded } from '../aborts.ts';
import type { Account, ClaimedRun, Rule } from '../account.ts';
import type { Claim, Final } from '../history.ts';

/** What fails as planned, and else for nothing that can be expected of a database. */
const PLANNED: readonly Task['does'][] = ['work', 'lead'];

/** What is recorded of a job is what became of its runs. */
export const outcomes: Rule = (account) =>
  account.history.finals.flatMap((final) => {
    const claims = account.claimsOf.get(final.jobId) ?? [];
    const said = claims.flatMap((claim) => ofClaim(claim, account.runsUnder.get(claim) ?? [], account));
    return [...said, ...ofFinal(final, claims, account)].map((text) => ({ text, about: [final.jobId] }));
  });

function ofClaim(claim: Claim, runs: readonly ClaimedRun[], account: Account): readonly string[] {
  const { jobId, attempt, end, isSpent, process } = claim;
  if (runs.length > 1) return [`${jobId} was run ${runs.length} times under one claim of ${process}`];
  const [run] = runs;
  if (end !== 'returned') return [];
  if (!isSpent) {
    const isGivenBack = run?.outcome === 'snoozed' || (run?.outcome === 'aborted' && isStopped(run, account));
    if (run === undefined || isGivenBack) return [];
    return [`attempt ${attempt} of ${jobId} was released, although it was run`];
  }
  if (run === undefined || !mayHaveFailed(run, account))
    return [`attempt ${attempt} of ${jobId} is to be repeated; its run ${told(run)}`];
  const { task } = account.plans.get(jobId) ?? {};
  const isPlanned =
    task === undefined || !PLANNED.includes(task.does) || attempt <= task.fails || isToldToEnd(run, account);
  return isPlanned ? [] : [`attempt ${attempt} of ${jobId} failed, which was not planned`];
}

function ofFinal(final: Final, claims: readonly Claim[], account: Account): readonly string[] {
  const { jobId, outcome, attempt, numAttempts } = final;
  if (outcome === 'cancelled') return ofCancelled(final, claims, account);
  const finalizing = claims.filter(({ end }) => end === 'finalized');
  const [claim] = finalizing;
  if (claim === undefined || finalizing.length > 1) return [`${jobId} was finalized under ${finalizing.length} claims`];
  const run = account.runsUnder.get(claim)?.[0];
  if (outcome === 'succeeded') {
    const isDone = run !== undefined && (mayHaveSucceeded(run, account) || account.isCompleting(run));
    const isRight = isDone && run.attempt === attempt;
    return isRight ? [] : [`${jobId} succeeded in attempt ${attempt}; its run ${told(run)}`];
  }
  if (attempt !== numAttempts) return [`${jobId} failed in attempt ${attempt} of ${numAttempts}`];
  const isExpired = claim.attempt > numAttempts && run === undefined; // its last run's process died
  const isRight = isExpired || (run !== undefined && mayHaveFailed(run, account) && run.attempt === numAttempts);
  return isRight ? [] : [`${jobId} failed for good in attempt ${attempt}; its run ${told(run)}`];
}

/** It waited, or was not begun, or its run did not succeed. */
function ofCancelled({ jobId }: Final, claims: readonly Claim[], { runsUnder }: Account): readonly string[] {
  const finalizing = claims.filter(({ end }) => end === 'finalized');
  if (finalizing.length > 1) return [`${jobId} was finalized under ${finalizing.length} claims`];
  const run = runsUnder.get(finalizing[0])?.[0];
  const hasSucceeded = finalizing.length > 0 && run?.isOverrun === false && run.outcome === 'succeeded';
  return hasSucceeded ? [`${jobId} is over as cancelled; its run ${told(run)}`] : [];
}

function told(run: ClaimedRun | undefined): string {
  return run === undefined
    ? 'was never begun'
    : `(attempt ${run.attempt}, ${run.process}) ${run.outcome ?? 'never ended'}`;
}
