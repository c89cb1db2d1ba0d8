import { isLeftBehind } from '../aborts.ts';
import { type Account, type ClaimedRun, isMeeting, type Rule } from '../account.ts';
import type { Interval, Process } from '../history.ts';

/** How long after a lease is over it may have been noticed, and its trouble have begun before, in milliseconds. */
const AROUND_MS = 3_000;

/** How long before an event loop stops its connections may have ended without having been made anew, in milliseconds. */
const RECONNECT_MS = 2_000;

/**
 * Who lives and can be reached keeps the jobs that it runs, also where it cannot renew its lease in time: the server was
 * away, its pool is used up, or its event loop is blocked while a session stands for it.
 */
export const living: Rule = (account) =>
  account.runs.flatMap((run) => {
    const { claim, isStray, jobId, process } = run;
    if (isStray || claim?.end !== 'taken back' || !claim.isLeaseOver || isExcused(run, account)) return [];
    return [{ text: `${jobId} was taken from ${process}, which lived and could be reached`, about: [jobId, process] }];
  });

function isExcused(run: ClaimedRun, account: Account): boolean {
  const { claim, jobId, process: name } = run;
  const process = account.processes.get(name);
  const takenAt = claim?.endedAt;
  if (process === undefined || takenAt == null) return true; // the other rules' to tell of
  if (account.isRecordUndone(run)) return true; // it has forgotten it, and lives on or has stopped
  if (isLeftBehind(run, account)) return true;
  const isLeft = process.end !== 'stopped' || account.isRefused(jobId); // by who stopped, where it could not be recorded
  if (isLeft && (process.endedAt ?? Infinity) <= takenAt) return true;
  const before = { from: takenAt - account.history.settings.leaseSecs * 1000 - AROUND_MS, to: takenAt };
  const isCutOff = account.troublesOf(name, before).some(({ of }) => of === 'link');
  const isFrozen = process.frozen.some((one) => isMeeting(one, before));
  return isCutOff || isFrozen || process.reach.statementTimeoutMs !== null || wasBlocked(process, before, account);
}

/** Its event loop stood still, and no session could stand for it. */
function wasBlocked({ name, reach, lags }: Process, before: Interval, account: Account): boolean {
  const hasSession = reach.way !== 'pooled' && reach.wakeUp === 'auto';
  return lags
    .filter((lag) => isMeeting(lag, before))
    .some(({ from, to }) => !hasSession || account.troublesOf(name, { from: from - RECONNECT_MS, to }).length > 0);
}
