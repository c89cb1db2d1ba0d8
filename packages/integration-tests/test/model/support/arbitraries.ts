import type { Demand } from '@bearmq/core/internal';
import fc from 'fast-check';
import {
  becomeDueCommand,
  type Command,
  claimAllCommand,
  claimCommand,
  type EnqueueItem,
  enqueueCommand,
  expireCommand,
  limitCommand,
  lostClaimCommand,
  pruneCommand,
  selfCheckCommand,
  settleAgainCommand,
  settleCommand,
  unlockCommand,
} from './commands.ts';
import {
  cancelCommand,
  changeCommand,
  completeCommand,
  deleteCommand,
  retryCommand,
  runNowCommand,
} from './control-commands.ts';
import type { Verdict } from './settle-rules.ts';
import { enqueueUniqueCommand, pruneKeysCommand, type UniqueItem } from './unique-commands.ts';

export const NAMES: readonly string[] = ['N1', 'N2'];
const CHANNELS = ['C1', 'C2'];
const GROUPS = ['g1', 'g2', 'g3'];
const WORKERS = 3;

/** Mostly the plain case: a programme in which nobody may run anything shows nothing. */
const names = fc.oneof({ weight: 4, arbitrary: fc.constant(NAMES) }, fc.constantFrom(['N1'], ['N2'], ['N3', 'N1']));
const channels = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom(['C1'], ['C2'], ['C2', 'C1']));
const group = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.constantFrom(...GROUPS) },
);
const worker = fc.nat(WORKERS - 1);

const item = fc.record<EnqueueItem>({
  name: fc.constantFrom(...NAMES),
  channel: fc.constantFrom(...CHANNELS),
  group,
  priority: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(-1, 5)),
  delaySecs: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.constant(3_600)),
  numAttempts: fc.integer({ min: 1, max: 3 }),
  timeoutSecs: fc.constantFrom(0, 0, 3_600),
});

const rule = fc.record<Omit<UniqueItem, keyof EnqueueItem>>({
  key: fc.constantFrom('k1', 'k2', 'k3'),
  until: fc.constantFrom('started', 'started', 'finished', 'deleted'),
  onConflict: fc.constantFrom('skip', 'skip', 'replace', 'restart', 'throw'),
});
const uniqueItem = fc.tuple(item, rule).map(([one, its]): UniqueItem => ({ ...one, ...its }));

const demand = fc.record<Demand>({
  channels,
  slots: fc.nat(3),
  ahead: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 4 })),
  maxPerGroup: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 4 })),
  usual: fc.oneof({ weight: 3, arbitrary: fc.constant(4) }, fc.integer({ min: 1, max: 3 })),
});
const demands = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(demand) },
  { weight: 1, arbitrary: fc.tuple(demand, demand) },
);

const verdict = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Verdict>('succeeded') },
  { weight: 3, arbitrary: fc.constant<Verdict>('failed') },
  { weight: 1, arbitrary: fc.constant<Verdict>('given up') },
  { weight: 1, arbitrary: fc.constant<Verdict>('snoozed') },
  { weight: 2, arbitrary: fc.constant<Verdict>('released') },
  { weight: 1, arbitrary: fc.constant<Verdict>('started') },
);
const picks = fc.array(fc.record({ nth: fc.nat(7), verdict }), { minLength: 1, maxLength: 5 });

const jobs = fc.array(fc.nat(40), { minLength: 1, maxLength: 3 });
const changed = fc.constantFrom({ priority: 5 }, { priority: -1 }, { channel: 'C1' }, { channel: 'C2', priority: 0 });

const limit = fc.oneof(
  fc.tuple(fc.constant<'group'>('group'), fc.constantFrom(...GROUPS), fc.option(fc.integer({ min: 1, max: 3 }))),
  fc.tuple(fc.constant<'name'>('name'), fc.constantFrom(...NAMES), fc.option(fc.integer({ min: 1, max: 3 }))),
  fc.tuple(fc.constant<'channel'>('channel'), fc.constantFrom(...CHANNELS), fc.option(fc.integer({ min: 1, max: 3 }))),
);

const weighted: readonly [number, fc.Arbitrary<Command>][] = [
  [6, fc.array(item, { minLength: 1, maxLength: 5 }).map(enqueueCommand)],
  [4, fc.array(uniqueItem, { minLength: 1, maxLength: 4 }).map(enqueueUniqueCommand)],
  [1, fc.integer({ min: 1, max: 3 }).map(pruneKeysCommand)],
  [9, fc.tuple(worker, names, demands).map((args) => claimCommand(...args))],
  [2, fc.tuple(worker, names, demands).map((args) => claimAllCommand(...args))],
  [8, fc.tuple(worker, picks).map((args) => settleCommand(...args))],
  // Numbers that no live worker has: processes that were given up, and do not know it yet.
  [2, fc.tuple(fc.integer({ min: WORKERS, max: WORKERS + 3 }), picks).map((args) => settleCommand(...args))],
  [2, fc.tuple(fc.integer({ min: 0, max: WORKERS + 1 }), fc.nat(7)).map((args) => completeCommand(...args))],
  [1, fc.constant(null).map(settleAgainCommand)],
  [1, fc.tuple(worker, names, demands).map((args) => lostClaimCommand(...args))],
  [2, fc.tuple(worker, fc.constantFrom('gone', 'gone', 'stands')).map((args) => expireCommand(...args))],
  [1, fc.constantFrom(...GROUPS).map(unlockCommand)],
  [2, fc.integer({ min: 1, max: 3 }).map(becomeDueCommand)],
  [2, fc.integer({ min: 1, max: 4 }).map(pruneCommand)],
  [1, fc.constant(null).map(selfCheckCommand)],
  [2, jobs.map(cancelCommand)],
  [1, jobs.map(retryCommand)],
  [1, fc.tuple(jobs, changed).map((args) => changeCommand(...args))],
  [1, jobs.map(deleteCommand)],
  [1, jobs.map(runNowCommand)],
];

/** One arbitrary for each command, as often as it should come. */
export const commandArbitraries: fc.Arbitrary<Command>[] = weighted.flatMap(([weight, arbitrary]) =>
  Array.from({ length: weight }, () => arbitrary),
);

/** The same with limits that are set, changed and taken away meanwhile. */
export const limitedArbitraries: fc.Arbitrary<Command>[] = [
  ...commandArbitraries,
  ...Array.from({ length: 4 }, () => limit.map(([kind, key, most]) => limitCommand(kind, key, most))),
];
