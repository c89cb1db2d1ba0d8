import type { Account, ClaimedRun, Rule } from '../account.ts';
import type { Claim, Final } from '../history.ts';

/** What is recorded of a job is what became of its runs. */
export const outcomes: Rule = (account) =>
  account.history.finals.flatMap((final) => {
    const claims = account.claimsOf.get(final.jobId) ?? [];
    const said = claims.flatMap((claim) => ofClaim(claim, account.runsUnder.get(claim) ?? [], account));
    return [...said, ...ofFinal(final, claims, account)].map((text) => ({ text, about: [final.jobId] }));
  });

function ofClaim(claim: Claim, runs: readonly ClaimedRun[], { plans }: Account): readonly string[] {
  const { jobId, attempt, end, isSpent, process } = claim;
  if (runs.length > 1) return [`${jobId} was run ${runs.length} times under one claim of ${process}`];
  const [run] = runs;
  if (end !== 'returned') return [];
  if (!isSpent) return run === undefined ? [] : [`attempt ${attempt} of ${jobId} was released, although it was run`];
  if (run?.outcome !== 'failed') return [`attempt ${attempt} of ${jobId} is to be repeated; its run ${told(run)}`];
  const { task } = plans.get(jobId) ?? {};
  const isPlanned = task === undefined || task.does !== 'work' || attempt <= task.fails;
  return isPlanned ? [] : [`attempt ${attempt} of ${jobId} failed, which was not planned`];
}

function ofFinal(final: Final, claims: readonly Claim[], { runsUnder }: Account): readonly string[] {
  const { jobId, outcome, attempt, numAttempts } = final;
  const finalizing = claims.filter(({ end }) => end === 'finalized');
  const [claim] = finalizing;
  if (claim === undefined || finalizing.length > 1) return [`${jobId} was finalized under ${finalizing.length} claims`];
  const run = runsUnder.get(claim)?.[0];
  if (outcome === 'succeeded') {
    const isRight = run?.outcome === 'succeeded' && run.attempt === attempt;
    return isRight ? [] : [`${jobId} succeeded in attempt ${attempt}; its run ${told(run)}`];
  }
  if (attempt !== numAttempts) return [`${jobId} failed in attempt ${attempt} of ${numAttempts}`];
  const isExpired = claim.attempt > numAttempts && run === undefined; // its last run's process died
  const isRight = isExpired || (run?.outcome === 'failed' && run.attempt === numAttempts);
  return isRight ? [] : [`${jobId} failed for good in attempt ${attempt}; its run ${told(run)}`];
}

function told(run: ClaimedRun | undefined): string {
  return run === undefined
    ? 'was never begun'
    : `(attempt ${run.attempt}, ${run.process}) ${run.outcome ?? 'never ended'}`;
}
