import { setTimeout as wait } from 'node:timers/promises';
import type { Traits } from '../children/config.ts';
import type { Fault } from './fault.ts';

/** A worker is replaced by one that has a handicap, for as long as it lives. */
function handicap(
  name: string,
  about: string,
  traits: (random: { pick<T>(items: readonly T[]): T }) => Partial<Traits>,
): Fault {
  return {
    name,
    about,
    strike: async ({ crew, victim, random }) => {
      const child = await victim('worker');
      const drawn = traits(random);
      await crew.replace(child, drawn);
      return `in place of ${child.name}: ${JSON.stringify(drawn)}`;
    },
  };
}

const fullPool: Fault = {
  name: 'pool-full',
  about: "something else takes all connections of a worker's pool for longer than its lease",
  strike: async ({ victim, random, leaseMs }) => {
    const child = await victim('worker');
    const secs = (random.between(1.2, 2) * leaseMs) / 1000;
    child.order({ to: 'hog', secs });
    await wait(secs * 1000);
    return child.name;
  },
};

export const pools: readonly Fault[] = [
  handicap('pool-of-one', 'a worker whose pool has one connection', () => ({ poolMax: 1 })),
  fullPool,
  handicap('statement-timeout', 'a worker whose statements are cancelled after some milliseconds', (random) => ({
    statementTimeoutMs: random.pick([10, 30, 100]),
  })),
  handicap('wrong-clock', 'a worker whose time of day is an hour or a day off', (random) => ({
    clockShiftMs: random.pick([-86_400_000, -3_600_000, 3_600_000, 86_400_000]),
  })),
];
