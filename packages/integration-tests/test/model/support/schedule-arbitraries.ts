import fc from 'fast-check';
import {
  backfillCommand,
  deployCommand,
  endCommand,
  fireCommand,
  fireTogetherCommand,
  overtakenCommand,
  passCommand,
  pauseCommand,
  removeCommand,
  resumeCommand,
  type ScheduleCommand,
  setCommand,
  triggerCommand,
} from './schedule-commands.ts';
import type { ModelRule } from './schedule-model.ts';

/** Those that calls enter, and those that the definition declares. */
const [CALLED, DECLARED] = [
  ['a', 'b', 'c'],
  ['d', 'e'],
];
const called = fc.constantFrom(...CALLED);
const key = fc.constantFrom(...CALLED, ...DECLARED);

/** The grid of an expression is that of the clock, so no step of time may move it. */
const timing = fc.constantFrom<Pick<ModelRule, 'by' | 'periodSecs'>>(
  { by: 'cron', periodSecs: 300 },
  { by: 'cron', periodSecs: 600 },
  { by: 'every', periodSecs: 600 },
  { by: 'every', periodSecs: 1_800 },
);
const manner = fc.record<Omit<ModelRule, 'by' | 'periodSecs'>>({
  catchUp: fc.constantFrom('none', 'latest', 'all', 'all'),
  maxLateSecs: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom(0, 900, 5_500)),
  overlap: fc.constantFrom('allow', 'allow', 'skip'),
  n: fc.nat(2),
});
const rule = fc.tuple(timing, manner).map(([when, how]): ModelRule => ({ ...when, ...how }));

export const declarations: fc.Arbitrary<ReadonlyMap<string, ModelRule>> = fc
  .tuple(rule, fc.option(rule))
  .map(([d, e]) => new Map([['d', d], ...(e === null ? [] : [['e', e] as const])]));

/** Mostly some minutes; at times a day, as after a failure. */
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 2, arbitrary: fc.integer({ min: 4, max: 20 }) },
  { weight: 1, arbitrary: fc.constant(144) },
);

const calls: readonly [number, fc.Arbitrary<ScheduleCommand>][] = [
  [6, fc.tuple(called, rule).map((args) => setCommand(...args))],
  [2, key.map(pauseCommand)],
  [3, key.map(resumeCommand)],
  [1, key.map(removeCommand)],
  [1, key.map(triggerCommand)],
  [3, key.map(endCommand)],
];
const fires = fc.constant(null).map(fireCommand);

const often = (weighted: readonly [number, fc.Arbitrary<ScheduleCommand>][]): fc.Arbitrary<ScheduleCommand>[] =>
  weighted.flatMap(([weight, arbitrary]) => Array.from({ length: weight }, () => arbitrary));

/** One arbitrary for each command, as often as it should come. */
export const scheduleArbitraries: fc.Arbitrary<ScheduleCommand>[] = often([
  ...calls,
  [10, steps.map(passCommand)],
  [6, fires],
  [3, fc.constant(null).map(fireTogetherCommand)],
  [4, fc.oneof(...often(calls), fires).map(overtakenCommand)],
  [1, fc.tuple(key, fc.integer({ min: 1, max: 9 })).map((args) => backfillCommand(...args))],
  [2, declarations.map(deployCommand)],
]);
