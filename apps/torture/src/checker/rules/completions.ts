import type { Account, ClaimedRun, Finding, Rule } from '../account.ts';
import { grouped } from '../grouped.ts';

/**
 * What a work function writes in the transaction that completes its job is there once if the job has succeeded, and never
 * else; and what was left to be enqueued with a success is there once for each success, and never else. Whoever was told
 * that his transaction is committed finds it.
 */
export const completions: Rule = (account) => {
  const { history, plans } = account;
  const entriesOf = grouped(history.entries, ({ jobId }) => jobId);
  const followers = history.inserted.filter(({ leaderId = null }) => leaderId !== null);
  const followersOf = grouped(followers, ({ leaderId }) => leaderId as string);
  const jobIds = new Set([...plans.keys(), ...entriesOf.keys(), ...followersOf.keys()]);
  return [...jobIds].flatMap((jobId) => {
    const written = (entriesOf.get(jobId) ?? []).map(({ attempt }) => attempt);
    const texts = wrongOf(jobId, written, (followersOf.get(jobId) ?? []).length, account);
    return [...texts.map((text) => ({ text: `${jobId} ${text}`, about: [jobId] })), ...forgotten(jobId, account)];
  });
};

function wrongOf(jobId: string, written: readonly number[], numFollowers: number, account: Account): readonly string[] {
  const does = account.plans.get(jobId)?.task.does;
  const isCompleting = does === 'complete' || does === 'complete late';
  const final = account.finalsOf.get(jobId)?.[0];
  const found: string[] = [];
  const expected = isCompleting ? expectedEntries(jobId, written.length, account) : 0;
  if (written.length !== expected) {
    const end = final?.outcome ?? 'not ended';
    found.push(`has ${end}, and what it writes with its success is there ${written.length} times`);
  }
  const [attempt] = written;
  if (written.length === 1 && final?.outcome === 'succeeded' && attempt !== final.attempt)
    found.push(`succeeded in attempt ${final.attempt}, and what it writes with that is of attempt ${attempt}`);
  // In one transaction with the entry; without one, with the record of the success.
  const due = isCompleting ? Math.min(written.length, 1) : does === 'lead' && final?.outcome === 'succeeded' ? 1 : 0;
  if (numFollowers !== due) {
    // One that succeeded without its entry is told of above, or its process went by a commit that was lost.
    const isByRecord = isCompleting && written.length === 0 && expected === 0 && final?.outcome === 'succeeded';
    if (!(isByRecord && numFollowers === 1))
      found.push(`is followed by ${numFollowers} jobs that are to be there with its success, in place of ${due}`);
  }
  return found;
}

/** How often what it writes is to be there; either way where a deletion came between, or the commit was lost after it was told of. */
function expectedEntries(jobId: string, written: number, account: Account): number {
  const outcome = account.finalsOf.get(jobId)?.[0]?.outcome;
  if (outcome === undefined) return account.history.deleted.some((one) => one.jobId === jobId) && written === 1 ? 1 : 0;
  if (outcome !== 'succeeded') return 0;
  return written === 0 && completingRuns(jobId, account).some((run) => isCommitUndone(run, account)) ? 0 : 1;
}

/** Runs that were told of a commit, and of which nothing is there. */
function forgotten(jobId: string, account: Account): readonly Finding[] {
  return completingRuns(jobId, account)
    .filter((run) => !account.isCompleting(run) && !isCommitUndone(run, account))
    .map(({ process, attempt }) => ({
      text: `${process} was told that attempt ${attempt} of ${jobId} is committed, and what it wrote is not there`,
      about: [jobId],
    }));
}

function completingRuns(jobId: string, { runsOf }: Account): readonly ClaimedRun[] {
  return (runsOf.get(jobId) ?? []).filter(({ completedAt = null }) => completedAt !== null);
}

function isCommitUndone({ process, completedAt = null }: ClaimedRun, account: Account): boolean {
  return completedAt !== null && account.isUndoneOf(process, completedAt);
}
