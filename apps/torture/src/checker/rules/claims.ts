import { isToldToEnd } from '../aborts.ts';
import type { Account, ClaimedRun, Finding, Rule } from '../account.ts';
import { TRANSLATION_MS } from '../history.ts';

/**
 * How soon a process that has lost its lease must have told its work functions, in milliseconds of its own time, and
 * after its lease was last refused: it asks each second, or after a pause, and jobs may block its event loop meanwhile.
 */
const NOTICE_MS = 10_000;

/**
 * A process may have been stopped between its last look at its lease and the start of a run, but no earlier; the rest is
 * for a machine that is busy.
 */
const AFTER_THAW_MS = 1_000;

/**
 * Who runs a job holds it. Claims are taken back from the dead only, or where the claim never arrived; whoever lost one
 * is told by its signal, and nobody else is; groups are opened by force after their time, not before.
 */
export const claims: Rule = (account) => [
  ...account.runs.flatMap((run) => ofRun(run, account).map((text) => ({ text, about: [run.jobId] }))),
  ...account.history.claims.flatMap(({ jobId, end, isLeaseOver, process, ...claim }): readonly Finding[] => {
    if (end !== 'taken back' || isLeaseOver) return [];
    const runs = account.runs.filter((run) => run.jobId === jobId && run.claim?.fence === claim.fence);
    const wrong = runs.filter((run) => !account.isRecordUndone(run)); // else its process has forgotten it
    return wrong.map(() => ({
      text: `${jobId} was taken back from ${process}, which held its lease and ran it`,
      about: [jobId],
    }));
  }),
  ...account.history.unlocks
    .filter(({ lockedSecs }) => lockedSecs < account.history.settings.groupUnlockSecs)
    .map(({ group, lockedSecs }) => ({
      text: `group ${group} was opened by force after ${lockedSecs} s`,
      about: [group],
    })),
];

function ofRun(run: ClaimedRun, account: Account): readonly string[] {
  const { jobId, process, claim, abortedAt, isStray, startedAt } = run;
  if (run.isGhost) return [];
  if (claim === undefined) return [`${jobId} was run by ${process}, which had not claimed it`];
  const found: string[] = [];
  if (isEndedByOthers(run, account))
    found.push(`the claim of ${jobId} by ${process} was ended while ${process} ran it`);
  const { frozen = [], endedAt } = account.processes.get(process) ?? {};
  if (claim.end === 'deleted') return []; // nobody can know, and whoever finds out may say so
  if (isStray && !frozen.some(({ to }) => startedAt >= to && startedAt < to + AFTER_THAW_MS)) {
    found.push(`${process} began ${jobId} after its claim had been taken back`);
  }
  if (claim.end === 'taken back' && claim.endedAt !== null) {
    const until = abortedAt ?? run.endedAt ?? endedAt ?? Infinity;
    const from = Math.max(claim.endedAt, lastRefusal(process, until, account));
    const blind = until - from - account.frozenMs(process, from, until);
    if (blind > NOTICE_MS) found.push(`${process} was not told for ${Math.round(blind)} ms that it had lost ${jobId}`);
  } else if (abortedAt !== null && !isToldToEnd(run, account)) {
    found.push(`the signal of ${jobId} was aborted in ${process}, although its claim was not lost`);
  }
  return found;
}

/** Who else ran the job had it recorded as over, or to be repeated. */
function isEndedByOthers(run: ClaimedRun, account: Account): boolean {
  const { claim, endedAt, process, isOverrun } = run;
  const { processes } = account;
  if (isOverrun || account.isCompleting(run)) return false; // what is completed a rescue may record as well
  if (claim?.endedAt == null || (claim.end !== 'finalized' && claim.end !== 'returned')) return false;
  return (endedAt ?? processes.get(process)?.endedAt ?? Infinity) > claim.endedAt + TRANSLATION_MS;
}

/** When a process last failed to renew its lease, or to take out another. */
function lastRefusal(process: string, before: number, { history }: Account): number {
  const refusals = history.events.filter(
    (event) =>
      event.type === 'DAEMON_ERROR' &&
      event.process === process &&
      event.at < before &&
      event.text?.startsWith('lease-keeper') === true,
  );
  return refusals.at(-1)?.at ?? -Infinity;
}
