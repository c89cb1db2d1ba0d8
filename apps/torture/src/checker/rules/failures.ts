import type { Account, Rule } from '../account.ts';
import type { Claim, Final } from '../history.ts';
import type { KeptFailure } from '../witnessed-rows.ts';

/** How many failures a job keeps: the first, and the latest nine. */
const KEPT = 10;

/** Each failed attempt is in its job's history, in order, and nothing else: also those that a process's death ended. */
export const failures: Rule = (account) =>
  account.history.finals.flatMap((final) => {
    if (final.failures === undefined) return [];
    const [expected, found] = [shown(keptOf(final, account)), shown(final.failures)];
    if (expected === found) return [];
    return [{ text: `${final.jobId} keeps the failures [${found}] in place of [${expected}]`, about: [final.jobId] }];
  });

function keptOf(final: Final, account: Account): readonly KeptFailure[] {
  const claims = [...(account.claimsOf.get(final.jobId) ?? [])].sort((a, b) => a.fence - b.fence);
  const all = claims.flatMap((claim) => failureOf(claim, final, account));
  return all.length <= KEPT ? all : [...all.slice(0, 1), ...all.slice(1 - KEPT)];
}

function failureOf(claim: Claim, { outcome, numAttempts }: Final, { runsUnder }: Account): readonly KeptFailure[] {
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
      return outcome === 'cancelled' && runsUnder.get(claim)?.[0]?.outcome === 'failed'
        ? [{ attempt, died: false }]
        : [];
    default:
      return [];
  }
}

function shown(list: readonly KeptFailure[]): string {
  return list.map(({ attempt, died }) => `${attempt}${died ? ' (died)' : ''}`).join(', ');
}
