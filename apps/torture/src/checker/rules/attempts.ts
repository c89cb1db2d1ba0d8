import type { Account, ClaimedRun, Rule } from '../account.ts';

/**
 * For how long an attempt may have been under way without being recorded as spent, in milliseconds: the documentation speaks
 * of some hundredths of a second; the rest is for a machine that is busy.
 */
const GRACE_MS = 2_000;

/** How long before a death the process's trouble may be what kept it from recording, in milliseconds. */
const TROUBLE_MS = 15_000;

/** Each attempt is spent once, in order, none past the last; that of a killed process counts, one released does not. */
export const attempts: Rule = (account) => [
  ...account.history.finals.flatMap(({ jobId, attempt: last, numAttempts }) => {
    const claims = account.claimsOf.get(jobId) ?? [];
    const found: string[] = [];
    for (let attempt = 1; attempt <= last; attempt += 1) {
      const spent = claims.filter((claim) => claim.attempt === attempt && claim.isSpent).length;
      if (spent !== 1) found.push(`attempt ${attempt} of ${jobId} was spent ${spent} times`);
    }
    let before = 0;
    for (const claim of claims) {
      if (claim.attempt < before) found.push(`attempt ${claim.attempt} of ${jobId} came after attempt ${before}`);
      before = claim.attempt;
    }
    for (const { attempt } of account.runsOf.get(jobId) ?? []) {
      if (attempt > numAttempts) found.push(`${jobId} was run in attempt ${attempt} of ${numAttempts}`);
    }
    return found.map((text) => ({ text, about: [jobId] }));
  }),
  ...account.runs
    .filter((run) => isFreeOfCharge(run, account))
    .map((run) => ({
      text: `attempt ${run.attempt} of ${run.jobId} had run for ${Math.round(run.untilAt - run.startedAt)} ms when ${run.process} was killed, and was not counted`,
      about: [run.jobId],
    })),
];

/** A killed process had run it for so long that its attempt should have been recorded as spent; nothing hindered it. */
function isFreeOfCharge({ claim, process, startedAt, endedAt }: ClaimedRun, account: Account): boolean {
  const { processes, history } = account;
  if (claim?.end !== 'taken back' || claim.isSpent || endedAt !== null) return false;
  const { end, endedAt: killedAt, frozen = [] } = processes.get(process) ?? {};
  if (end !== 'killed' || killedAt == null || frozen.length > 0) return false;
  // What was recorded after that may be lost with its commit.
  const lostFrom = history.losses.filter(({ to }) => to >= startedAt).map(({ from }) => from);
  if (Math.min(killedAt, ...lostFrom) - startedAt < GRACE_MS) return false;
  if (wasBlocked(process, killedAt - GRACE_MS, killedAt, account)) return false;
  return !history.events.some(
    (event) =>
      event.process === process &&
      event.type === 'DAEMON_ERROR' &&
      event.at > startedAt - TROUBLE_MS &&
      event.at < killedAt,
  );
}

/** Whether a job kept the event loop of a process busy at some time in between: nothing is recorded then. */
function wasBlocked(process: string, from: number, to: number, { runs, plans }: Account): boolean {
  return runs.some(
    (run) =>
      run.process === process &&
      run.attempt === 1 &&
      plans.get(run.jobId)?.task.does === 'block' &&
      run.startedAt < to &&
      (run.endedAt ?? to) >= from,
  );
}
