import type { Violation } from '../checker/check.ts';
import { grouped } from '../checker/grouped.ts';
import type { History } from '../checker/history.ts';
import { mistakenLosses } from '../checker/rules/settlement-events.ts';
import type { Judgement } from './judge.ts';
import type { RoundResult } from './round.ts';

/** How much is told of violations, where not all is. */
const SHOWN = 5;
const SHOWN_OF_RULE = 20;
const SHOWN_LINES = 80;

/** What a round came to, in lines. */
export function summary({ history, violations, struck }: RoundResult): readonly string[] {
  const { enqueues, runs, claims, ticks, unlocks, processes, finals } = history;
  const fate = (is: string): number => enqueues.filter((one) => one.fate === is).length;
  const ended = (how: string): number => processes.filter(({ end }) => end === how).length;
  const lost = claims.filter(({ end }) => end === 'taken back');
  const over = (how: string): number => finals.filter(({ outcome }) => outcome === how).length;
  return [
    ...[...struck]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, { applied, missed }]) =>
          `  ${name.padEnd(20)} ${String(applied).padStart(3)}${missed > 0 ? `, ${missed} missed` : ''}`,
      ),
    `  enqueued: ${fate('committed')} committed, ${fate('undone')} undone, ${fate('unknown')} unknown; ${ticks.length} ticks`,
    `  finalized: ${over('succeeded')} succeeded, ${over('failed')} failed, ${over('cancelled')} cancelled of ${history.cancels.length} asked for; ${history.pauses.length} pauses`,
    `  attempts: ${runs.length} begun under ${claims.length} claims; ${lost.length} claims taken back, ${lost.filter(({ isSpent }) => isSpent).length} of them spent; ${runs.filter(({ abortedAt }) => abortedAt !== null).length} runs told so; ${unlocks.length} groups opened by force`,
    `  losses told of failures that were recorded: ${mistaken(history)}`,
    `  processes: ${processes.length}, of which ${ended('killed')} were killed, ${ended('stopped')} stopped in order, ${ended('died')} died by themselves`,
    `  violations: ${violations.length}`,
  ];
}

/** See the rule of events: a known weakness, so it is counted. */
function mistaken({ events, claims }: History): number {
  const told = grouped(
    events.filter(({ type }) => type === 'WORKER_JOB_LOSE'),
    ({ jobId, process }) => `${jobId} ${process}`,
  );
  const held = grouped(claims, ({ jobId, process }) => `${jobId} ${process}`);
  return [...told].reduce((sum, [key, losses]) => sum + mistakenLosses(held.get(key) ?? [], losses), 0);
}

/** The violations, rule by rule, and of the first few all that is known of the jobs concerned, in the order of time. */
export function accusation(violations: readonly Violation[], explain: Judgement['explain']): readonly string[] {
  const counts = new Map<string, number>();
  return violations.flatMap((violation, i) => {
    const { rule, text } = violation;
    const nth = (counts.get(rule) ?? 0) + 1;
    counts.set(rule, nth);
    if (nth === SHOWN_OF_RULE + 1) return [`${rule}: and more`];
    if (nth > SHOWN_OF_RULE) return [];
    if (i >= SHOWN) return [`${rule}: ${text}`];
    const facts = explain(violation);
    const rest = facts.length > SHOWN_LINES ? [`    … ${facts.length - SHOWN_LINES} more`] : [];
    return [`${rule}: ${text}`, ...facts.slice(0, SHOWN_LINES).map((line) => `    ${line}`), ...rest];
  });
}

/** All violations, and all that is known of each. */
export function wholeAccusation({ violations, explain }: Judgement): readonly string[] {
  return violations.flatMap((one) => [`${one.rule}: ${one.text}`, ...explain(one).map((line) => `    ${line}`)]);
}
