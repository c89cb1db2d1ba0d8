import type { Account, Rule } from '../account.ts';
import { type Claim, type Interval, type Process, TRANSLATION_MS } from '../history.ts';

/** How long a rescue may take once it may take place, in milliseconds: somebody looks about once a second. */
const RESCUE_MS = 3_500;

/**
 * The documentation says that the last 6 seconds of a lease are watched, whatever `leaseSecs` is: from half of a lease without a
 * renewal on, so of a short one the watch goes on when it is over.
 */
const WATCH_MS = 6_000;

/**
 * A watch begins anew where nobody could look for a while, so that nobody is taken for dead who is on his way back: how
 * much longer a rescue may take after a trouble, in milliseconds.
 */
const GRACE_MS = 10_000;

/**
 * What a killed process held is taken from it soon after its lease is over, or, where a session still seems to stand for
 * it, after `blockedSecs` more. Counted from when nothing hindered anybody any more; as long as those who look out for the
 * dead have no processor, nobody does.
 */
export const rescued: Rule = (account) =>
  account.history.claims.flatMap((claim) => {
    const { jobId, process } = claim;
    const ms = overdueMs(claim, account);
    return ms <= 0
      ? []
      : [{ text: `${jobId} was taken from ${process}, which was dead, ${ms} ms late`, about: [jobId] }];
  });

function overdueMs({ process: name, at, end, endedAt }: Claim, { processes, history }: Account): number {
  const { settings, troubles } = history;
  const process = processes.get(name);
  const killedAt = process?.end === 'killed' ? process.endedAt : null;
  if (killedAt == null || end !== 'taken back' || endedAt === null || endedAt < killedAt + TRANSLATION_MS) return 0;
  const since = Math.max(killedAt, at);
  const ends = troubles.filter((one) => one.from < endedAt && one.to > since - GRACE_MS).map(({ to }) => to);
  const calmAt = Math.max(since, ...ends);
  const leaseMs = settings.leaseSecs * 1000;
  const blockedMs = process?.isKept === true ? settings.blockedSecs * 1000 : 0;
  const graceMs = ends.length > 0 ? GRACE_MS : 0;
  const boundMs = Math.max(leaseMs + blockedMs + graceMs, leaseMs / 2 + WATCH_MS) + RESCUE_MS;
  return Math.round(endedAt - calmAt - boundMs - busyMs(history.processes, { from: calmAt, to: endedAt }));
}

/**
 * For how long some worker or orchestrator had no processor in a time, in milliseconds: it may have been the one whose turn it was.
 * What several of them lacked at the same time counts once.
 */
function busyMs(processes: readonly Process[], { from, to }: Interval): number {
  const lags = processes.filter(({ role }) => role === 'worker' || role === 'orchestrator').flatMap((one) => one.lags);
  let [sum, countedTo] = [0, from];
  for (const lag of [...lags].sort((a, b) => a.from - b.from)) {
    const until = Math.min(to, lag.to);
    sum += Math.max(0, until - Math.max(countedTo, lag.from));
    countedTo = Math.max(countedTo, until);
  }
  return sum;
}
