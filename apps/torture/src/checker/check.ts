import { Account, type Finding, type Rule } from './account.ts';
import type { History } from './history.ts';
import { attempts } from './rules/attempts.ts';
import { claims } from './rules/claims.ts';
import { endState } from './rules/end-state.ts';
import { events } from './rules/events.ts';
import { kept } from './rules/kept.ts';
import { living } from './rules/living.ts';
import { oneAtATime } from './rules/one-at-a-time.ts';
import { order } from './rules/order.ts';
import { outcomes } from './rules/outcomes.ts';
import { recorded } from './rules/recorded.ts';
import { rescued } from './rules/rescued.ts';
import { ticks } from './rules/ticks.ts';
import { times } from './rules/times.ts';

/** A promise that was broken. */
export interface Violation extends Finding {
  readonly rule: RuleName;
}

export type RuleName =
  | 'kept'
  | 'outcomes'
  | 'attempts'
  | 'one at a time'
  | 'order'
  | 'claims'
  | 'recorded'
  | 'living'
  | 'rescued'
  | 'times'
  | 'ticks'
  | 'events'
  | 'end state';

const RULES: Readonly<Record<RuleName, Rule>> = {
  kept,
  outcomes,
  attempts,
  'one at a time': oneAtATime,
  order,
  claims,
  recorded,
  living,
  rescued,
  times,
  ticks,
  events,
  'end state': endState,
};

/** Proves BearMQ's promises from a history, rule by rule; returns what is broken. */
export function check(history: History): readonly Violation[] {
  const account = new Account(history);
  return (Object.keys(RULES) as RuleName[]).flatMap((rule) =>
    RULES[rule](account).map((finding) => ({ rule, ...finding })),
  );
}
