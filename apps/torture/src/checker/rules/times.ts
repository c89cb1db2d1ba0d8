import type { Account, Rule } from '../account.ts';

/** The database counts in microseconds, we round. */
const TOLERANCE_MS = 2;

/** Nothing is run before its delay, or the pause after a failed attempt, is over. */
export const times: Rule = (account) =>
  [...account.plans].flatMap(([jobId, plan]) =>
    tooEarly(jobId, plan, account).map((text) => ({ text, about: [jobId, plan.key] })),
  );

function tooEarly(
  jobId: string,
  { calledAt, delaySecs, timeoutSecs }: { calledAt: number; delaySecs: number; timeoutSecs: number },
  { runsOf }: Account,
): readonly string[] {
  const runs = runsOf.get(jobId) ?? [];
  return runs.flatMap((run, i) => {
    const before = runs[i - 1];
    if (before === undefined) {
      const early = calledAt + delaySecs * 1000 - run.startedAt;
      return early > TOLERANCE_MS ? [`${jobId} was run ${Math.round(early)} ms before its delay was over`] : [];
    }
    // What was taken back runs again at once.
    if (before.claim?.end !== 'returned' || before.endedAt === null) return [];
    const early = before.endedAt + timeoutSecs * 1000 - run.startedAt;
    return early > TOLERANCE_MS ? [`${jobId} was tried again ${Math.round(early)} ms too early`] : [];
  });
}
