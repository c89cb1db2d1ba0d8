import { LIMITED } from '../../settings.ts';
import { type Account, type Finding, isMeeting, type Rule } from '../account.ts';
import { grouped } from '../grouped.ts';
import { type Claim, type Enqueue, type Interval, TRANSLATION_MS } from '../history.ts';

/** How long a group may be ready before the turns of others count, in milliseconds: what made it so was not told at once. */
const UNTOLD_MS = 1_500;
/** The most turns that another group of its lane may have then: twice its share, and one for each of two that met it locked. */
const MOST_TURNS = 4;

interface Turn {
  readonly claim: Claim;
  readonly plan: Enqueue;
  readonly group: string;
}

/**
 * Groups of a lane take turns: while one has a job that may run, no other is served again and again. A turn is what one claim
 * gave a group. Judged by the first claims of jobs without a delay, in quiet times: where a way to the database was out of
 * order, or jobs of the group were deleted or it was opened by force, nobody can tell since when it was ready.
 */
export const fairness: Rule = (account) => {
  const turns = account.history.claims.flatMap((claim): readonly Turn[] => {
    const plan = account.plans.get(claim.jobId);
    return plan === undefined || plan.group === null ? [] : [{ claim, plan, group: plan.group }];
  });
  const ofGroups = grouped(turns, ({ group }) => group);
  const lanes = grouped(turns, ({ plan: { name, channel } }) => JSON.stringify([name, channel]));
  return [...lanes.values()].flatMap((lane) =>
    firstsOf(lane).flatMap((turn) => passedOver(turn, ofGroups.get(turn.group) ?? [], lane, account)),
  );
};

/** Of each job its first claim. What is limited is ready only as its limits have it. */
function firstsOf(lane: readonly Turn[]): readonly Turn[] {
  const jobs = grouped([...lane].sort(byTime), ({ claim }) => claim.jobId);
  return [...jobs.values()].flatMap(([first]) =>
    first === undefined || first.plan.delaySecs > 0 || first.plan.name === LIMITED.name ? [] : [first],
  );
}

function passedOver(
  { claim, plan, group }: Turn,
  own: readonly Turn[],
  lane: readonly Turn[],
  account: Account,
): readonly Finding[] {
  const before = own.filter((one) => one.claim.at < claim.at && one.claim.tx !== claim.tx);
  const since = Math.max(plan.committedAt ?? Infinity, ...before.map((one) => one.claim.endedAt ?? Infinity));
  const waited: Interval = { from: since + UNTOLD_MS, to: claim.at - TRANSLATION_MS };
  if (waited.from >= waited.to || !isQuiet(group, { from: since - UNTOLD_MS, to: waited.to }, account)) return [];
  const seen = lane.filter(
    (one) =>
      one.group !== group &&
      one.plan.priority <= plan.priority &&
      one.claim.at > waited.from &&
      one.claim.at < waited.to,
  );
  return [...grouped(seen, (one) => one.group)].flatMap(([other, theirs]) => {
    const count = new Set(theirs.map((one) => one.claim.tx)).size;
    if (count <= MOST_TURNS) return [];
    const text = `group ${group} had ${claim.jobId} ready and waited while group ${other} had ${count} turns`;
    return [{ text, about: [claim.jobId, ...theirs.map((one) => one.claim.jobId)] }];
  });
}

function isQuiet(group: string, during: Interval, { history, plans }: Account): boolean {
  const { troubles, losses, slowed, unlocks, deleted, pauses, heldOpen } = history;
  const isOfGroup = ({ jobId }: { readonly jobId: string }): boolean => plans.get(jobId)?.group === group;
  return (
    ![...troubles, ...losses, ...slowed, ...pauses, ...heldOpen].some((one) => isMeeting(one, during)) &&
    !unlocks.some((one) => one.group === group) &&
    !deleted.some(isOfGroup)
  );
}

function byTime(a: Turn, b: Turn): number {
  return a.claim.at - b.claim.at;
}
