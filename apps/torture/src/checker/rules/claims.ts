import type { Account, ClaimedRun, Finding, Rule } from '../account.ts';

/**
 * How soon a process that has lost its lease must have told its work functions, in milliseconds of its own time: it asks
 * each second, two jobs may block its event loop one after the other, and who is in trouble pauses up to ten seconds.
 */
const NOTICE_MS = 10_000;
const NOTICE_IN_TROUBLE_MS = 20_000;

/** A process may have been stopped between its last look at its lease and the start of a run, but no earlier. */
const AFTER_THAW_MS = 200;

/**
 * Who runs a job holds it. Claims are taken back from the dead only, or where the claim never arrived; whoever lost one
 * is told by its signal, and nobody else is; groups are opened by force after their time, not before.
 */
export const claims: Rule = (account) => [
  ...account.runs.flatMap((run) => ofRun(run, account).map((text) => ({ text, about: [run.jobId] }))),
  ...account.history.claims.flatMap(({ jobId, end, isLeaseOver, process, ...claim }): readonly Finding[] => {
    if (end !== 'taken back' || isLeaseOver) return [];
    const runs = account.runs.filter((run) => run.jobId === jobId && run.claim?.claims === claim.claims);
    return runs.map(() => ({
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
  if (claim === undefined) return [`${jobId} was run by ${process}, which had not claimed it`];
  const found: string[] = [];
  const { frozen = [], endedAt } = account.processes.get(process) ?? {};
  if (isStray && !frozen.some(({ to }) => startedAt >= to && startedAt < to + AFTER_THAW_MS)) {
    found.push(`${process} began ${jobId} after its claim had been taken back`);
  }
  if (claim.end === 'taken back' && claim.endedAt !== null) {
    const until = abortedAt ?? run.endedAt ?? endedAt ?? Infinity;
    const blind = until - claim.endedAt - account.frozenMs(process, claim.endedAt, until);
    const isInTrouble = account.history.events.some(
      ({ type, process: other, at }) =>
        type === 'DAEMON_ERROR' && other === process && at > (claim.endedAt ?? 0) && at < until,
    );
    if (blind > (isInTrouble ? NOTICE_IN_TROUBLE_MS : NOTICE_MS))
      found.push(`${process} was not told for ${Math.round(blind)} ms that it had lost ${jobId}`);
  } else if (abortedAt !== null) {
    found.push(`the signal of ${jobId} was aborted in ${process}, although its claim was not lost`);
  }
  return found;
}
