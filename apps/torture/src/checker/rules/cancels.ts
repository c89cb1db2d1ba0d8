import { type Account, isMeeting, type Rule } from '../account.ts';
import { grouped } from '../grouped.ts';
import { type Cancel, TRANSLATION_MS } from '../history.ts';

/** How long a run may go on without being told that its job is cancelled, in milliseconds: a renewal, of a busy machine. */
const TOLD_MS = 6_000;
/** How long before that a trouble may have had a part in it. */
const BEFORE_MS = 5_000;

/**
 * A job of which a cancel said that it is over never starts after that; one that was running starts under no later claim,
 * and its run is told, or has ended, soon. And nothing is over as cancelled that nobody cancelled.
 */
export const cancels: Rule = (account) => {
  const asked = grouped(account.history.cancels, ({ jobId }) => jobId);
  return [
    ...account.history.cancels.flatMap((cancel) =>
      wrongOf(cancel, account).map((text) => ({ text: `${cancel.jobId} ${text}`, about: [cancel.jobId] })),
    ),
    ...account.history.finals
      .filter(
        ({ jobId, outcome, at }) =>
          outcome === 'cancelled' && !asked.get(jobId)?.some(({ calledAt }) => calledAt <= at + TRANSLATION_MS),
      )
      .map(({ jobId }) => ({ text: `${jobId} is over as cancelled, and nobody cancelled it`, about: [jobId] })),
  ];
};

function wrongOf(cancel: Cancel, account: Account): readonly string[] {
  const { jobId, process, toldAt, became } = cancel;
  if (toldAt === null || account.isUndoneOf(process, toldAt)) return [];
  const since = toldAt + TRANSLATION_MS;
  const runs = (account.runsOf.get(jobId) ?? []).filter(({ isStray, isGhost }) => !isStray && !isGhost);
  if (became === 'cancelled') {
    const found = runs
      .filter(({ startedAt }) => startedAt > since)
      .map((run) => `began in ${run.process} after it was cancelled`);
    const outcome = account.finalsOf.get(jobId)?.[0]?.outcome;
    return outcome === 'cancelled' ? found : [...found, `was cancelled, and is over as ${outcome ?? 'nothing'}`];
  }
  if (became !== 'running') return [];
  const again = runs.filter(({ claim }) => (claim?.at ?? 0) > since);
  const untold = runs.filter((run) => {
    const until = Math.min(run.abortedAt ?? Infinity, run.untilAt);
    return (
      run.startedAt < toldAt &&
      until - toldAt > TOLD_MS &&
      !isHindered(run.process, { from: toldAt - BEFORE_MS, to: Math.min(until, toldAt + TOLD_MS) }, account)
    );
  });
  return [
    ...again.map((run) => `began in ${run.process} under a claim that was made after it was cancelled`),
    ...untold.map((run) => `went on in ${run.process} for ${TOLD_MS} ms without being told that it is cancelled`),
  ];
}

function isHindered(name: string, during: { readonly from: number; readonly to: number }, account: Account): boolean {
  const process = account.processes.get(name);
  if (process === undefined || process.reach.statementTimeoutMs !== null) return true;
  return (
    account.troublesOf(name, during).length > 0 ||
    [...process.frozen, ...process.lags, ...process.hogs].some((one) => isMeeting(one, during))
  );
}
