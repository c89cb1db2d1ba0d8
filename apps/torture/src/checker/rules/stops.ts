import { isStopped, lateMs } from '../aborts.ts';
import { type Account, type Finding, isMeeting, type Rule } from '../account.ts';
import type { Process } from '../history.ts';

/** So much longer than its wait and the grace a stop may take, in milliseconds: what ended is recorded, the lease given up. */
const LATE_MS = 10_000;
/** How far from the end of its grace a run may end for nobody to know which came first, in milliseconds. */
const CLOSE_MS = 500;

/**
 * A stop that does not wait for all: a run that throws within its grace gives its attempt back; what still runs then is told
 * of, its attempt is spent, and it is taken back once the lease is over. And it does not take longer than it may.
 */
export const stops: Rule = (account) => [
  ...account.runs.flatMap((run) => {
    const { claim, jobId, process, outcome } = run;
    const isInGrace = isStopped(run, account) && outcome === 'aborted' && lateMs(run, account) < -CLOSE_MS;
    if (!isInGrace || claim?.end !== 'returned' || !claim.isSpent) return [];
    return [{ text: `${jobId} gave up for the stop of ${process}, and its attempt was spent`, about: [jobId] }];
  }),
  ...account.history.processes.flatMap((process) => [...leftBy(process, account), ...takingLong(process, account)]),
];

/** A cancel, or a record that came after all, may have ended the claim otherwise. */
function leftBy({ name, stillRunning = [] }: Process, account: Account): readonly Finding[] {
  return stillRunning.flatMap((jobId) => {
    const run = account.runsOf.get(jobId)?.findLast(({ process }) => process === name);
    const claim = run?.claim;
    if (claim === undefined || claim.end !== 'taken back' || account.isUndone(claim.endedAt)) return [];
    const about = [jobId, name];
    if (!claim.isLeaseOver)
      return [{ text: `${jobId}, left by ${name}, was taken back before its lease was over`, about }];
    return claim.isSpent ? [] : [{ text: `${jobId} was left running by ${name}, and its attempt not spent`, about }];
  });
}

function takingLong(process: Process, account: Account): readonly Finding[] {
  const { haste, endedAt, name, frozen, lags, hogs, stillRunning = [] } = process;
  if (haste == null || endedAt === null || stillRunning.length > 0) return [];
  const dueAt = haste.at + (haste.waitSecs + account.history.settings.graceSecs) * 1000 + LATE_MS;
  const during = { from: haste.at - LATE_MS, to: dueAt };
  const isHindered =
    process.reach.statementTimeoutMs !== null ||
    account.troublesOf(name, during).length > 0 ||
    [...frozen, ...lags, ...hogs].some((one) => isMeeting(one, during)) ||
    account.runs.some((run) => run.process === name && account.isRefused(run.jobId));
  if (endedAt <= dueAt || isHindered) return [];
  return [
    { text: `${name} took ${Math.round(endedAt - haste.at)} ms to stop within ${haste.waitSecs} s`, about: [name] },
  ];
}
