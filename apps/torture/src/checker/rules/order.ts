import { LIMITED } from '../../settings.ts';
import type { Account, Finding, Rule } from '../account.ts';
import { grouped } from '../grouped.ts';
import type { Claim, Enqueue } from '../history.ts';

interface Member {
  readonly jobId: string;
  readonly plan: Enqueue;
  /** Its first claim. */
  readonly claim: Claim;
  /** Since when its first run had a right to it. */
  readonly firstRunAt: number | null;
}

/**
 * First in, first out within a group, for jobs of one name and channel: what was committed before another was enqueued
 * is claimed before it, or with it, and run before it, unless the other has a higher priority. Jobs with a delay are not ready when they are enqueued, so they
 * take no part; a retry comes after the first run, so it does not either. Where several of a group may run at a time, those
 * that different processes claimed may begin in any order.
 */
export const order: Rule = (account) => {
  const members = [...account.plans].flatMap(([jobId, plan]) => member(jobId, plan, account));
  const lanes = grouped(members, ({ plan: { group, channel, name } }) => JSON.stringify([group, channel, name]));
  return [...lanes.values()].flatMap((lane) => [...claimedInOrder(lane), ...runInOrder(lane, account)]);
};

function member(jobId: string, plan: Enqueue, { claimsOf, runsOf }: Account): readonly Member[] {
  const [claim] = claimsOf.get(jobId) ?? [];
  if (plan.group === null || plan.delaySecs > 0 || claim === undefined) return [];
  // A ghost's claim was lost with its commit; so was the opening of its group by force, perhaps.
  const first = (runsOf.get(jobId) ?? []).find(({ isStray, isGhost }) => !isStray && !isGhost);
  return [{ jobId, plan, claim, firstRunAt: first?.sinceAt ?? null }];
}

function claimedInOrder(lane: readonly Member[]): readonly Finding[] {
  const sorted = [...lane].sort((a, b) => a.claim.at - b.claim.at);
  return overtaken(sorted, (late, early) => late.claim.tx !== early.claim.tx, 'claimed');
}

function runInOrder(lane: readonly Member[], { history }: Account): readonly Finding[] {
  if (lane[0]?.plan.name === LIMITED.name) return [];
  const run = lane.filter((one): one is Member & { firstRunAt: number } => one.firstRunAt !== null);
  const sorted = run.sort((a, b) => a.firstRunAt - b.firstRunAt);
  // Whoever held the older one was passed over when the group was opened by force.
  const unlocks = history.unlocks.filter(({ group }) => group === lane[0]?.plan.group);
  const isPassedOver = (late: Member, early: Member): boolean =>
    unlocks.some(({ at }) => at > late.claim.at && at < (early.firstRunAt ?? 0));
  return overtaken(sorted, (late, early) => !isPassedOver(late, early), 'run');
}

/** Of jobs in the order in which something happened to them, those that a later one should have preceded. */
function overtaken(
  sorted: readonly Member[],
  counts: (late: Member, early: Member) => boolean,
  verb: string,
): readonly Finding[] {
  const found: Finding[] = [];
  for (const priority of new Set(sorted.map(({ plan }) => plan.priority))) {
    const rivals = sorted.filter(({ plan }) => plan.priority >= priority);
    const passed = overtakenAmong(rivals, counts, verb).filter(({ early }) => early.plan.priority === priority);
    found.push(...passed.map(({ text, about }) => ({ text, about })));
  }
  return found;
}

interface Overtaking extends Finding {
  readonly early: Member;
}

function overtakenAmong(
  sorted: readonly Member[],
  counts: (late: Member, early: Member) => boolean,
  verb: string,
): readonly Overtaking[] {
  const found: Overtaking[] = [];
  let late: Member | undefined; // the one that was committed first, of all that came later
  for (const early of sorted.toReversed()) {
    if (late !== undefined && (late.plan.committedAt ?? Infinity) < early.plan.calledAt && counts(late, early)) {
      found.push({
        text: `in group ${early.plan.group}, ${early.jobId} was ${verb} before ${late.jobId}, which was enqueued first`,
        about: [late.jobId, early.jobId],
        early,
      });
    }
    if (late === undefined || (early.plan.committedAt ?? Infinity) < (late.plan.committedAt ?? Infinity)) late = early;
  }
  return found;
}
