import type { Plan, Task } from '../ledger/facts.ts';
import type { Random } from '../random.ts';
import { LIMITED, UNIQUE } from '../settings.ts';
import type { Order } from './config.ts';
import { CHANNELS, NAMES } from './definitions.ts';

const GROUPS = 10;
/** Few, so that several jobs of one meet. */
const LIMITED_GROUPS = 3;

/** Few, and some of them delayed, so that a job meets one that waits. */
const UNIQUE_KEYS = 3;

/** What is enqueued next: one call's worth, drawn from all that the queue offers. */
export function drawPlans(random: Random, nextKey: () => string): readonly Plan[] {
  const how = random.pick(['alone', 'alone', 'alone', 'many', 'transaction'] as const);
  const count = how === 'many' ? random.whole(2, 10) : how === 'transaction' ? random.whole(1, 3) : 1;
  return Array.from({ length: count }, () => drawPlan(random, nextKey(), how));
}

/** What a producer begins with, so that no run is too short for it. */
export const OPENING_TASKS: readonly Task['does'][] = ['work', 'snooze', 'lead', 'complete', 'complete late'];

/** Jobs of each name, of each task that needs no fault, and one that fails for good. */
export function openingPlans(random: Random, nextKey: () => string): readonly Plan[] {
  const plan = (name: string, task: Task): Plan => ({
    ...drawPlan(random, nextKey(), 'alone', { name, isGrouped: false }),
    maxRunSecs: null,
    numAttempts: task.fails > 0 ? 1 : 4,
    task,
  });
  const work: Task = { does: 'work', ms: 0, fails: 0 };
  return [
    ...NAMES.map((name) => plan(name, work)),
    ...OPENING_TASKS.map((does) => plan(PLAIN, { ...work, does, ms: does === 'snooze' ? SNOOZE_MS : 0 })),
    plan(PLAIN, { ...work, fails: 9 }),
  ];
}

/** Jobs with a given task: some without a group, and one in a group of which others wait. */
export function plansFor(
  { task, groups, count = 1 }: Order & { readonly to: 'enqueue' },
  random: Random,
  nextKey: () => string,
): readonly Plan[] {
  const isGrouped = [...Array.from({ length: count }, () => false), ...(groups === 'none' ? [] : [true])];
  return isGrouped.map((grouped) => ({
    ...drawPlan(random, nextKey(), 'alone', { isGrouped: grouped }),
    delaySecs: 0,
    numAttempts: 3,
    maxRunSecs: task.does === 'overrun' ? MAX_RUN_SECS : null,
    task,
  }));
}

/** One transaction's worth of jobs, of which some meet others that wait, and others come to wait for them. */
export function plansHeldOpen(random: Random, nextKey: () => string): readonly Plan[] {
  return Object.keys(UNIQUE).flatMap((name) =>
    Array.from({ length: UNIQUE_KEYS }, (_, i) => ({
      ...drawPlan(random, nextKey(), 'transaction'),
      name,
      group: drawGroup(name, random),
      unique: `u${i + 1}`,
    })),
  );
}

/** What is not to be drawn of a plan. */
interface Given {
  readonly name?: string;
  readonly isGrouped?: boolean;
}

function drawPlan(random: Random, key: string, how: Plan['how'], given: Given = {}): Plan {
  const { name = random.pick(NAMES), isGrouped = random.chance(0.45) } = given;
  return {
    key,
    how,
    name,
    channel: random.pick(CHANNELS),
    group: isGrouped ? drawGroup(name, random) : null,
    priority: random.pick(PRIORITIES),
    backoff: random.chance(0.3) ? drawBackoff(random) : null,
    maxRunSecs: random.chance(0.1) ? MAX_RUN_SECS : null,
    unique: UNIQUE[name] === undefined ? null : `u${random.whole(1, UNIQUE_KEYS)}`,
    delaySecs: random.chance(UNIQUE[name]?.onConflict === 'restart' ? 0.7 : 0.15) ? random.between(0.1, 2) : 0,
    numAttempts: random.pick([1, 2, 4, 4, 4, 4]),
    timeoutSecs: random.pick([0, 0, 0, 0.3, 1]),
    task: drawTask(random),
  };
}

const SNOOZE_MS = 1_200;

/** A name without limits and keys. */
const [PLAIN = ''] = NAMES;

const PRIORITIES = [0, 0, 0, 0, 0, -7, 3];

/** Less than the longer jobs take. */
const MAX_RUN_SECS = 0.3;

function drawBackoff(random: Random): Plan['backoff'] {
  const type = random.pick(['fixed', 'exponential'] as const);
  return { type, delaySecs: 0.2, maxSecs: 0.5, jitter: random.pick(['none', 'half', 'full'] as const) };
}

function drawTask(random: Random): Task {
  if (random.chance(0.03)) return { does: 'snooze', ms: SNOOZE_MS, fails: 0 };
  const does = random.chance(0.8) ? 'work' : random.pick(['lead', 'complete', 'complete', 'complete late'] as const);
  return { does, ms: drawMs(random), fails: random.chance(0.8) ? 0 : random.pick([1, 1, 1, 2, 9]) };
}

/** A group of jobs of that name. */
export function drawGroup(name: string, random: Random): string {
  return name === LIMITED.name ? `limited ${random.whole(1, LIMITED_GROUPS)}` : `g${random.whole(1, GROUPS)}`;
}

/** Most jobs are short, some are long enough to be met by whatever comes, and a few outlive a lease. */
function drawMs(random: Random): number {
  const share = random.next();
  if (share < 0.7) return random.whole(0, 3);
  if (share < 0.93) return random.whole(5, 50);
  if (share < 0.995) return random.whole(100, 800);
  return random.whole(2_000, 8_000);
}
