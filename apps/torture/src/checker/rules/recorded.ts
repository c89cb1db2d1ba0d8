import { type Account, type ClaimedRun, isMeeting, type Rule } from '../account.ts';
import type { Process } from '../history.ts';

/** How soon an outcome is recorded where nothing hinders it, and where the database takes its time, in milliseconds. */
const [SOON_MS, SLOWED_MS] = [2_500, 6_000];

/** How long after a trouble a process may still be on its way back, in milliseconds. */
const TROUBLE_MS = 10_000;

/**
 * What ended is recorded soon, whatever the database refuses to record of others, and also where it takes so long that
 * only a few fit into the time that a statement has.
 */
export const recorded: Rule = (account) =>
  account.runs.flatMap((run) => {
    const { claim, endedAt, jobId, process } = run;
    if (endedAt === null || claim?.endedAt == null || account.isRefused(jobId)) return [];
    if (claim.end !== 'finalized' && claim.end !== 'returned') return [];
    const ms = Math.round(claim.endedAt - endedAt);
    if (ms <= SOON_MS || ms <= limitMs(run, claim.endedAt, account)) return [];
    return [{ text: `the end of ${jobId} in ${process} was recorded ${ms} ms later`, about: [jobId] }];
  });

function limitMs({ process: name, endedAt }: ClaimedRun, recordedAt: number, account: Account): number {
  const process = account.processes.get(name);
  const during = { from: (endedAt ?? recordedAt) - TROUBLE_MS, to: recordedAt };
  const isHindered =
    process === undefined ||
    account.troublesOf(name, during).length > 0 ||
    [...process.frozen, ...process.lags, ...process.hogs, ...transactions(process, account)].some((one) =>
      isMeeting(one, during),
    );
  if (isHindered) return Infinity;
  if (account.history.slowed.some((slow) => slow.process === name)) return SLOWED_MS;
  return process.reach.statementTimeoutMs === null ? SOON_MS : Infinity;
}

/** When work functions had connections of a process's pool. */
function transactions({ name }: Process, { runs, plans }: Account): readonly { from: number; to: number }[] {
  return runs
    .filter(({ process, jobId }) => process === name && plans.get(jobId)?.task.does === 'transact')
    .map(({ startedAt, endedAt }) => ({ from: startedAt, to: endedAt ?? Infinity }));
}
