import type { Fact, Paused } from '../ledger/facts.ts';
import { grouped } from './grouped.ts';
import type { Cancel, Interval, Pause } from './history.ts';

type OfPause = Extract<Fact, { readonly what: Paused }>;

/**
 * The pauses, each until something was called that may have ended it. A resume that was not answered may come about at any
 * time: what is paused after it may be resumed by it.
 */
export function pauses(facts: readonly Fact[]): readonly Pause[] {
  const own = facts.filter((fact): fact is OfPause => 'what' in fact);
  const inTime = [...own].sort((a, b) => a.at - b.at);
  return [...grouped(inTime, ({ what }) => JSON.stringify(what)).values()].flatMap((told) => {
    const resumes = resumesIn(told);
    return told.flatMap(({ kind, what, by, at }): readonly Pause[] => {
      if (kind !== 'paused') return [];
      const calledAt = told.findLast((one) => one.kind === 'pausing' && one.by === by && one.at <= at)?.at ?? at;
      if (resumes.some(({ from, to }) => from < at && to > calledAt)) return [];
      return [{ what, process: by, from: at, to: resumes.find(({ from }) => from > at)?.from ?? Infinity }];
    });
  });
}

function resumesIn(told: readonly OfPause[]): readonly Interval[] {
  return told.flatMap(({ kind, by, at }) => {
    if (kind !== 'resuming') return [];
    const next = told.find((one) => one.by === by && one.at > at);
    return [{ from: at, to: next?.kind === 'resumed' ? next.at : Infinity }];
  });
}

export function cancels(facts: readonly Fact[]): readonly Cancel[] {
  return facts.flatMap((fact) => {
    if (fact.kind !== 'cancelling') return [];
    const { jobId, by, at } = fact;
    const answer = facts.find(
      (one) => one.kind === 'cancel told' && one.by === by && one.jobId === jobId && one.at >= at,
    );
    const told = answer?.kind === 'cancel told' ? answer : undefined;
    return [{ jobId, process: by, calledAt: at, toldAt: told?.at ?? null, became: told?.became ?? null }];
  });
}
