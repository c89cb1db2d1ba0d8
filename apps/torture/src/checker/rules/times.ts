import { UNIQUE } from '../../settings.ts';
import { isStopped } from '../aborts.ts';
import type { Account, ClaimedRun, Rule } from '../account.ts';
import type { Enqueue } from '../history.ts';

/** The database counts in microseconds, we round. */
const TOLERANCE_MS = 2;

/** Nothing is run before its delay, the pause after a failed attempt, or that for which it put itself off, is over. */
export const times: Rule = (account) =>
  [...account.plans].flatMap(([jobId, plan]) =>
    tooEarly(jobId, plan, account).map((text) => ({ text, about: [jobId, plan.key] })),
  );

function tooEarly(jobId: string, plan: Enqueue, account: Account): readonly string[] {
  const runs = account.runsOf.get(jobId) ?? [];
  return runs.flatMap((run, i) => {
    const before = runs[i - 1];
    if (before === undefined) {
      const early = dueAt(jobId, plan, account) - run.startedAt;
      return early > TOLERANCE_MS ? [`${jobId} was run ${Math.round(early)} ms before its delay was over`] : [];
    }
    // What was taken back runs again at once.
    if (before.claim?.end !== 'returned' || before.endedAt === null) return [];
    const early = failedAt(before, account) + leastPauseMs(before, plan, account) - run.startedAt;
    return early > TOLERANCE_MS ? [`${jobId} was tried again ${Math.round(early)} ms too early`] : [];
  });
}

/** When a job is due at the earliest: by its own delay, or by that of the last one that has begun it anew. */
function dueAt(jobId: string, { name, calledAt, delaySecs }: Enqueue, account: Account): number {
  const restart = account.replacementsOf.get(jobId)?.findLast(({ isRestart }) => isRestart);
  const by = account.history.enqueues.find(({ key }) => key === restart?.key);
  if (by === undefined) return calledAt + delaySecs * 1000;
  const latest = calledAt + (UNIQUE[name]?.maxRestartSecs ?? Infinity) * 1000;
  return Math.min(by.calledAt + by.delaySecs * 1000, latest);
}

/** What was left behind has failed when its grace was over. */
function failedAt({ endedAt, abortedAt, isOverrun }: ClaimedRun, { history }: Account): number {
  const graceOver = (abortedAt ?? 0) + history.settings.graceSecs * 1000;
  return isOverrun ? graceOver : (endedAt ?? 0);
}

/** How long its job waits at least after a run that did not end it, in milliseconds. */
function leastPauseMs(run: ClaimedRun, { timeoutSecs, backoff, task }: Enqueue, account: Account): number {
  if (run.outcome === 'snoozed') return task.ms;
  if (isStopped(run, account) && run.claim?.isSpent === false) return 0;
  if (backoff === null) return timeoutSecs * 1000;
  const { type, delaySecs, maxSecs, jitter } = backoff;
  const longest = Math.min(maxSecs, delaySecs * (type === 'fixed' ? 1 : 2 ** (run.attempt - 1)));
  return longest * { none: 1, half: 0.5, full: 0 }[jitter] * 1000;
}
