import { LIMITED } from '../../settings.ts';
import { type Account, type Finding, isMeeting, type Rule } from '../account.ts';
import { grouped } from '../grouped.ts';
import { type Claim, type Enqueue, TRANSLATION_MS } from '../history.ts';

/** How long a job may be ready before it counts as passed over, in milliseconds: a scan of everything comes from time to time. */
const UNSEEN_MS = 5_000;
/** In how many claims others may go before it then: what processes had found already. */
const MOST_CLAIMS = 4;

interface First {
  readonly claim: Claim;
  readonly plan: Enqueue;
}

/**
 * Of jobs of one name and channel that are ready, those of the highest priority are claimed first: while one waits, others
 * of a lower one are not claimed again and again. Judged by the first claims of jobs without a delay and without a group, in
 * quiet times; those of a group are the rule of order's.
 */
export const priorities: Rule = (account) => {
  const firsts = [...account.plans].flatMap(([jobId, plan]): readonly First[] => {
    const [claim] = account.claimsOf.get(jobId) ?? [];
    const isJudged = plan.group === null && plan.delaySecs === 0 && plan.name !== LIMITED.name;
    return claim === undefined || !isJudged ? [] : [{ claim, plan }];
  });
  const lanes = grouped(firsts, ({ plan: { name, channel } }) => JSON.stringify([name, channel]));
  return [...lanes.values()].flatMap((lane) => lane.flatMap((one) => passedOver(one, lane, account)));
};

function passedOver({ claim, plan }: First, lane: readonly First[], account: Account): readonly Finding[] {
  const from = (plan.committedAt ?? Infinity) + UNSEEN_MS;
  const to = claim.at - TRANSLATION_MS;
  if (from >= to || !isQuiet({ from: from - UNSEEN_MS, to }, account)) return [];
  const before = lane.filter((one) => one.plan.priority < plan.priority && one.claim.at > from && one.claim.at < to);
  const count = new Set(before.map((one) => one.claim.tx)).size;
  if (count <= MOST_CLAIMS) return [];
  const text = `${claim.jobId} of priority ${plan.priority} waited while ${count} claims took jobs of a lower one`;
  return [{ text, about: [claim.jobId, ...before.map((one) => one.claim.jobId)] }];
}

function isQuiet(during: { readonly from: number; readonly to: number }, { history }: Account): boolean {
  const { troubles, losses, slowed, pauses, heldOpen } = history;
  return ![...troubles, ...losses, ...slowed, ...pauses, ...heldOpen].some((one) => isMeeting(one, during));
}
