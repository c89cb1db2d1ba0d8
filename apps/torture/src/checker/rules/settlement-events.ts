import type { Account, Finding } from '../account.ts';
import { grouped } from '../grouped.ts';
import { type Claim, type Event, RECORDED, TRANSLATION_MS, UNSPENT } from '../history.ts';

/** How a process tells of the end of a claim. */
type Word = (typeof RECORDED)[number] | 'WORKER_JOB_LOSE';

const WORDS: readonly string[] = [...RECORDED, 'WORKER_JOB_LOSE'] satisfies Word[];

/**
 * Of each claim its process tells what was recorded: once, afterwards, and for certain unless it was killed. A loss is
 * told of what was taken back or deleted, where there was an outcome to be lost, and by mistake in one case only.
 */
export function ofSettlements(account: Account): readonly Finding[] {
  const { history, claimsOf, processes } = account;
  const told = grouped(
    history.events.filter(({ type }) => WORDS.includes(type)),
    ({ jobId, process }) => `${jobId} ${process}`,
  );
  const keys = new Set([...told.keys(), ...history.claims.map(({ jobId, process }) => `${jobId} ${process}`)]);
  return [...keys].flatMap((key) => {
    const [jobId = '', process = ''] = key.split(' ');
    const claims = (claimsOf.get(jobId) ?? []).filter((claim) => claim.process === process);
    const isComplete = processes.get(process)?.end === 'stopped';
    return compare(claims, told.get(key) ?? [], account, isComplete ? 'complete' : 'cut off').map((text) => ({
      text: `${process} ${text} ${jobId}`,
      about: [jobId],
    }));
  });
}

function compare(
  claims: readonly Claim[],
  events: readonly Event[],
  account: Account,
  process: 'complete' | 'cut off',
): readonly string[] {
  const due = claims.flatMap((claim) => words(claim, account).map((word) => ({ word, at: claim.endedAt ?? Infinity })));
  const found: string[] = [];
  const mistaken = mistakenLosses(claims, events);
  // Of a claim that was lost with its commit, the loss can be told of as well.
  const mistakable = claims.filter((claim) => isMistakable(claim, account)).length + account.history.losses.length;
  if (mistaken > mistakable) found.push(`told ${mistaken} losses too many of`);
  // Of what was taken back before its process knew of it nothing is told, so a loss may be of another claim.
  const unsaid = Math.min(
    mistakable,
    mistakenLosses(
      claims.filter((claim) => isKnown(claim, account)),
      events,
    ),
  );
  let missing = 0;
  for (const word of RECORDED) {
    const heard = events.filter(({ type }) => type === word);
    const expected = due.filter((one) => one.word === word);
    const lasting = heard.filter((event) => !account.isUndoneOf(event.process, event.at));
    const amiss = `told ${word} ${heard.length} times instead of ${expected.length} of`;
    if (lasting.length > expected.length + (UNSPENT.includes(word) ? lostBefore(lasting, account) : 0))
      found.push(amiss);
    const missingHere = Math.max(0, expected.length - heard.length);
    missing += missingHere;
    if (process === 'complete' && missingHere > 0 && missing > unsaid) found.push(amiss);
    // Where one is missing it cannot be said which; what was undone was of another claim.
    const isEarly =
      lasting.length === expected.length && lasting.some(({ at }, i) => at < (expected[i]?.at ?? 0) - TRANSLATION_MS);
    if (isEarly) found.push(`told ${word} too early of`);
  }
  return found;
}

/**
 * How many claims that were lost with their commits may have been released since: the job waits, under the number that the
 * claim would have had, as if that were recorded.
 */
function lostBefore(releases: readonly Event[], { history }: Account): number {
  return history.losses.filter(({ from }) => releases.some(({ at }) => at > from)).length;
}

/** How many losses a process told of a job beyond those that it had. */
export function mistakenLosses(claims: readonly Claim[], events: readonly Event[]): number {
  const told = events.filter(({ type }) => type === 'WORKER_JOB_LOSE').length;
  return Math.max(0, told - claims.filter(({ end }) => end === 'taken back' || end === 'deleted').length);
}

/** Whether its process has begun the job under it. */
function isKnown(claim: Claim, { runsUnder }: Account): boolean {
  return (runsUnder.get(claim) ?? []).length > 0;
}

/**
 * A process returned a job, the answer was lost, and the job was claimed again before the process asked once more: it
 * cannot learn that this was recorded, and tells of a loss. The documentation says so.
 */
function isMistakable({ jobId, fence, end }: Claim, { claimsOf }: Account): boolean {
  return end === 'returned' && (claimsOf.get(jobId) ?? []).some((later) => later.fence > fence);
}

/**
 * It was completed in a transaction of its own; the database refused to record that, its process told so and gave it up, and
 * whoever rescued it afterwards found that it was over.
 */
function isGivenUp(claim: Claim, account: Account): boolean {
  const { jobId, process } = claim;
  if (!account.isRefused(jobId)) return false;
  const isCompleted = (account.runsUnder.get(claim) ?? []).some((run) => account.isCompleting(run));
  const isTold = account.history.events.some(
    (event) => event.type === 'WORKER_JOB_SETTLE_ERROR' && event.jobId === jobId && event.process === process,
  );
  return isCompleted && isTold;
}

/** What is to be told of the end of a claim. */
function words(claim: Claim, account: Account): readonly Word[] {
  const { finalsOf, runsUnder } = account;
  const { end, isSpent, jobId, attempt } = claim;
  switch (end) {
    case 'returned':
      if (isSpent) return ['WORKER_JOB_RUN_ERROR'];
      return [runsUnder.get(claim)?.[0]?.outcome === 'snoozed' ? 'WORKER_JOB_SNOOZE' : 'WORKER_JOB_RELEASE'];
    case 'finalized': {
      const final = finalsOf.get(jobId)?.[0];
      if (final === undefined) return [];
      if (final.outcome === 'succeeded') return isGivenUp(claim, account) ? [] : ['WORKER_JOB_RUN_SUCCESS'];
      if (final.outcome === 'cancelled') return ['WORKER_JOB_CANCEL'];
      return attempt > final.numAttempts ? ['WORKER_JOB_EXPIRE'] : ['WORKER_JOB_RUN_ERROR', 'WORKER_JOB_EXPIRE'];
    }
    default:
      return [];
  }
}
