import { LIMITED } from '../../settings.ts';
import type { Account, ClaimedRun, Finding, Rule } from '../account.ts';
import { grouped } from '../grouped.ts';
import type { Claim } from '../history.ts';

/**
 * Of a job, and of a group, at most one run has the right to run. A run loses it with its claim: a process that lost its
 * lease may go on until it notices, and what it does then counts for nothing. Past `jobGroupUnlockSecs` a run keeps its
 * job, but not its group.
 */
export const oneAtATime: Rule = (account) => {
  // Strays and ghosts have no right at all: the rule of claims.
  const runs = account.runs.filter(({ isStray, isGhost }) => !isStray && !isGhost);
  const ofJobs = [...grouped(runs, ({ jobId }) => jobId)].flatMap(([jobId, own]) => overlaps(`job ${jobId}`, own));
  const inGroups = grouped(
    runs.filter(({ jobId }) => groupOf(jobId, account) !== null),
    ({ jobId }) => groupOf(jobId, account) as string,
  );
  const ofGroups = [...inGroups].flatMap(([group, own]) =>
    overlaps(
      `group ${group}`,
      own.map((run) => ({ ...run, untilAt: Math.min(run.untilAt, unlockedAt(group, run.claim, account)) })),
    ),
  );
  return [...ofJobs, ...ofGroups, ...sharedGroups(account), ...inOneProcess(account)];
};

/** One of which a job runs at a time; of the others, more may: the rule of limits. */
function groupOf(jobId: string, { places }: Account): string | null {
  const place = places.get(jobId);
  return place === undefined || place.name === LIMITED.name ? null : place.group;
}

function overlaps(what: string, runs: readonly ClaimedRun[]): readonly Finding[] {
  const found: Finding[] = [];
  let latest: ClaimedRun | undefined;
  for (const run of [...runs].sort((a, b) => a.sinceAt - b.sinceAt)) {
    if (latest !== undefined && run.sinceAt < latest.untilAt) {
      found.push({
        text: `two runs at once of ${what}: ${run.jobId} (${run.process}) began before ${latest.jobId} (${latest.process}) was over`,
        about: [...new Set([latest.jobId, run.jobId])],
      });
    }
    if (latest === undefined || run.untilAt > latest.untilAt) latest = run;
  }
  return found;
}

/** Whatever becomes of claims, a process knows what it runs itself, and does not begin it again meanwhile. */
function inOneProcess({ runsOf, processes }: Account): readonly Finding[] {
  return [...runsOf].flatMap(([jobId, own]) =>
    own.flatMap((run, i) => {
      const { process, startedAt } = run;
      const isTwice = own.slice(0, i).some((before) => {
        const until = before.abortedAt ?? before.endedAt ?? processes.get(process)?.endedAt ?? Infinity;
        return before.process === process && until > startedAt;
      });
      return isTwice ? [{ text: `${process} ran ${jobId} twice at once`, about: [jobId] }] : [];
    }),
  );
}

/** When a group was opened by force after a claim of one of its jobs. */
function unlockedAt(group: string, claim: Claim | undefined, { history }: Account): number {
  const unlock = history.unlocks.find((one) => one.group === group && claim !== undefined && one.at > claim.at);
  return unlock?.at ?? Infinity;
}

/** A group is one process's until all that it claimed of it is over, whether it runs it already or not. */
function sharedGroups(account: Account): readonly Finding[] {
  const { history } = account;
  const claims = history.claims.filter(({ jobId }) => groupOf(jobId, account) !== null);
  return [...grouped(claims, ({ jobId }) => groupOf(jobId, account) as string)].flatMap(([group, own]) => {
    const found: Finding[] = [];
    let holder: { readonly claim: Claim; readonly untilAt: number } | undefined;
    for (const claim of [...own].sort((a, b) => a.at - b.at)) {
      if (holder !== undefined && claim.lease !== holder.claim.lease && claim.at < holder.untilAt) {
        found.push({
          text: `group ${group} was given to ${claim.process} while ${holder.claim.process} held it`,
          about: [holder.claim.jobId, claim.jobId],
        });
      }
      const untilAt = Math.min(claim.endedAt ?? Infinity, unlockedAt(group, claim, account));
      if (holder === undefined || untilAt > holder.untilAt) holder = { claim, untilAt };
    }
    return found;
  });
}
