import type { Plan } from '../ledger/facts.ts';
import type { Random } from '../random.ts';
import type { Order } from './config.ts';
import { CHANNELS, NAMES } from './definitions.ts';

const GROUPS = 10;

/** What is enqueued next: one call's worth, drawn from all that the queue offers. */
export function drawPlans(random: Random, nextKey: () => string): readonly Plan[] {
  const how = random.pick(['alone', 'alone', 'alone', 'many', 'transaction'] as const);
  const count = how === 'many' ? random.whole(2, 10) : how === 'transaction' ? random.whole(1, 3) : 1;
  return Array.from({ length: count }, () => drawPlan(random, nextKey(), how));
}

/** Jobs with a given task: some without a group, and one in a group of which others wait. */
export function plansFor(
  { task, groups, count = 1 }: Order & { readonly to: 'enqueue' },
  random: Random,
  nextKey: () => string,
): readonly Plan[] {
  const names = [...Array.from({ length: count }, () => null), ...(groups === 'none' ? [] : [group(random)])];
  return names.map((name) => ({
    ...drawPlan(random, nextKey(), 'alone'),
    group: name,
    delaySecs: 0,
    numAttempts: 3,
    task,
  }));
}

function drawPlan(random: Random, key: string, how: Plan['how']): Plan {
  return {
    key,
    how,
    name: random.pick(NAMES),
    channel: random.pick(CHANNELS),
    group: random.chance(0.45) ? group(random) : null,
    delaySecs: random.chance(0.15) ? random.between(0.1, 2) : 0,
    numAttempts: random.pick([1, 2, 4, 4, 4, 4]),
    timeoutSecs: random.pick([0, 0, 0, 0.3, 1]),
    task: { does: 'work', ms: drawMs(random), fails: random.chance(0.8) ? 0 : random.pick([1, 1, 1, 2, 9]) },
  };
}

function group(random: Random): string {
  return `g${random.whole(1, GROUPS)}`;
}

/** Most jobs are short, some are long enough to be met by whatever comes, and a few outlive a lease. */
function drawMs(random: Random): number {
  const share = random.next();
  if (share < 0.7) return random.whole(0, 3);
  if (share < 0.93) return random.whole(5, 50);
  if (share < 0.995) return random.whole(100, 800);
  return random.whole(2_000, 8_000);
}
