import { isTimedOut } from '../aborts.ts';
import type { Account, Rule } from '../account.ts';
import type { Claim, Final, Run } from '../history.ts';
import type { KeptFailure } from '../witnessed-rows.ts';

/** How many failures a job keeps: the first, and the latest nine. */
const KEPT = 10;

/** Each failed attempt is in its job's history, in order, and nothing else: also those that a process's death ended. */
export const failures: Rule = (account) =>
  account.history.finals.flatMap((final) => {
    if (final.failures === undefined) return [];
    const [expected, found] = [shown(keptOf(final, account, 'cancelled')), shown(final.failures)];
    if (expected === found || shown(keptOf(final, account, 'failed')) === found) return [];
    return [{ text: `${final.jobId} keeps the failures [${found}] in place of [${expected}]`, about: [final.jobId] }];
  });

/**
 * @param late what a run that had taken all its time was, when its job was cancelled meanwhile: it depends on whether its
 *   process knew of that by then.
 */
function keptOf(final: Final, account: Account, late: 'failed' | 'cancelled'): readonly KeptFailure[] {
  const claims = [...(account.claimsOf.get(final.jobId) ?? [])].sort((a, b) => a.fence - b.fence);
  const all = claims.flatMap((claim) => failureOf(claim, final, account, late));
  return all.length <= KEPT ? all : [...all.slice(0, 1), ...all.slice(1 - KEPT)];
}

function failureOf(
  claim: Claim,
  { outcome, numAttempts }: Final,
  account: Account,
  late: 'failed' | 'cancelled',
): readonly KeptFailure[] {
  const { end, isSpent, attempt } = claim;
  switch (end) {
    case 'taken back':
      return isSpent ? [{ attempt, died: true }] : [];
    case 'returned':
      return isSpent ? [{ attempt, died: false }] : [];
    case 'finalized':
      // Past the last attempt there was none: that the one before had ended with its process is in the list already.
      if (outcome === 'failed') return attempt <= numAttempts ? [{ attempt, died: false }] : [];
      // It failed, and would have been repeated, but for a cancel that its process did not know of.
      return outcome === 'cancelled' && hasFailed(account.runsUnder.get(claim)?.[0], account, late)
        ? [{ attempt, died: false }]
        : [];
    default:
      return [];
  }
}

function hasFailed(run: Run | undefined, account: Account, late: 'failed' | 'cancelled'): boolean {
  if (run === undefined) return false;
  return run.outcome === 'failed' || (run.outcome === 'aborted' && late === 'failed' && isTimedOut(run, account));
}

function shown(list: readonly KeptFailure[]): string {
  return list.map(({ attempt, died }) => `${attempt}${died ? ' (died)' : ''}`).join(', ');
}
