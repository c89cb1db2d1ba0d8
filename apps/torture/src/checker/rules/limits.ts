import { LIMITED } from '../../settings.ts';
import type { Account, Finding, Rule } from '../account.ts';
import { grouped } from '../grouped.ts';
import { type Claim, TRANSLATION_MS } from '../history.ts';

/** What is lost where the server's time becomes a number, in milliseconds. */
const ROUNDING_MS = 0.01;

/**
 * Of a limited name, and of each of its groups, no more jobs are held at a time than may be, and no more are claimed within
 * any stretch of its rate's length. The queue's counts are undone with what they count, and so is what the witness saw: no
 * crash excuses one job too many. A group that was opened by force has forgotten those that it had.
 */
export const limits: Rule = (account) => {
  const claims = account.history.claims.filter(({ jobId }) => account.plans.get(jobId)?.name === LIMITED.name);
  const inGroups = grouped(claims, ({ jobId }) => account.plans.get(jobId)?.group ?? null);
  return [
    ...tooMany(LIMITED.name, claims, LIMITED.concurrency),
    ...tooFast(claims),
    ...[...inGroups].flatMap(([group, own]) =>
      group === null ? [] : tooMany(`group ${group}`, heldOf(group, own, account), LIMITED.groupConcurrency),
    ),
  ];
};

function heldOf(group: string, claims: readonly Claim[], { history }: Account): readonly Claim[] {
  const unlocks = history.unlocks.filter((one) => one.group === group);
  return claims.map((claim) => {
    const unlock = unlocks.find(({ at }) => at > claim.at);
    return unlock === undefined ? claim : { ...claim, endedAt: Math.min(unlock.at, claim.endedAt ?? Infinity) };
  });
}

function tooMany(what: string, claims: readonly Claim[], most: number): readonly Finding[] {
  const found: Finding[] = [];
  let held: Claim[] = [];
  for (const claim of [...claims].sort((a, b) => a.at - b.at)) {
    held = [...held.filter(({ endedAt }) => (endedAt ?? Infinity) > claim.at + TRANSLATION_MS), claim];
    if (held.length <= most) continue;
    found.push({
      text: `${held.length} jobs of ${what} were held at a time, of which ${most} may, with ${claim.jobId} by ${claim.process}`,
      about: held.map(({ jobId }) => jobId),
    });
  }
  return found;
}

function tooFast(claims: readonly Claim[]): readonly Finding[] {
  const { max, perSecs } = LIMITED.rateLimit;
  const sorted = [...claims].sort((a, b) => a.startAt - b.startAt);
  return sorted.flatMap((claim, i) => {
    const before = sorted[i - max];
    if (before === undefined || claim.startAt - before.startAt >= perSecs * 1000 - ROUNDING_MS) return [];
    const ms = claim.startAt - before.startAt;
    return [
      {
        text: `${max + 1} jobs of ${LIMITED.name} started within ${ms} ms, up to ${claim.jobId}`,
        about: [claim.jobId],
      },
    ];
  });
}
