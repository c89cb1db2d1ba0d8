import { Account, type Finding, type Rule } from './account.ts';
import type { History } from './history.ts';
import { attempts } from './rules/attempts.ts';
import { cancels } from './rules/cancels.ts';
import { claims } from './rules/claims.ts';
import { completions } from './rules/completions.ts';
import { endState } from './rules/end-state.ts';
import { events } from './rules/events.ts';
import { failures } from './rules/failures.ts';
import { fairness } from './rules/fairness.ts';
import { kept } from './rules/kept.ts';
import { limits } from './rules/limits.ts';
import { living } from './rules/living.ts';
import { oneAtATime } from './rules/one-at-a-time.ts';
import { order } from './rules/order.ts';
import { outcomes } from './rules/outcomes.ts';
import { pauses } from './rules/pauses.ts';
import { priorities } from './rules/priorities.ts';
import { recorded } from './rules/recorded.ts';
import { rescued } from './rules/rescued.ts';
import { stops } from './rules/stops.ts';
import { ticks } from './rules/ticks.ts';
import { timeLimits } from './rules/time-limits.ts';
import { times } from './rules/times.ts';
import { told } from './rules/told.ts';
import { unique } from './rules/unique.ts';

/** A promise that was broken. */
export interface Violation extends Finding {
  readonly rule: RuleName;
}

export type RuleName =
  | 'kept'
  | 'outcomes'
  | 'attempts'
  | 'one at a time'
  | 'limits'
  | 'fairness'
  | 'order'
  | 'claims'
  | 'recorded'
  | 'living'
  | 'rescued'
  | 'times'
  | 'ticks'
  | 'failures'
  | 'told'
  | 'completions'
  | 'unique'
  | 'cancels'
  | 'stops'
  | 'time limits'
  | 'priorities'
  | 'pauses'
  | 'events'
  | 'end state';

const RULES: Readonly<Record<RuleName, Rule>> = {
  kept,
  outcomes,
  attempts,
  'one at a time': oneAtATime,
  limits,
  fairness,
  order,
  claims,
  recorded,
  living,
  rescued,
  times,
  ticks,
  failures,
  told,
  completions,
  unique,
  cancels,
  stops,
  'time limits': timeLimits,
  priorities,
  pauses,
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
