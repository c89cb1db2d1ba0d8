import type { Task } from '../ledger/facts.ts';
import type { Random } from '../random.ts';
import { CONTEXT_SETTINGS } from '../settings.ts';
import type { Fault } from './fault.ts';

/** Jobs whose work functions do what they should not. */
function badJob(name: string, about: string, task: (random: Random, leaseMs: number) => Omit<Task, 'fails'>): Fault {
  return {
    name,
    about,
    strike: async ({ victim, random, leaseMs }) => {
      const producer = await victim('producer');
      const drawn = { ...task(random, leaseMs), fails: 0 };
      producer.order({ to: 'enqueue', task: drawn, groups: 'allowed' });
      return `by ${producer.name}: ${JSON.stringify(drawn)}`;
    },
  };
}

export const workFunctions: readonly Fault[] = [
  badJob('block', 'a work function that blocks the event loop for longer than the lease', (random, leaseMs) => ({
    does: 'block',
    ms: Math.round(random.between(1.2, 1.8) * leaseMs),
  })),
  badJob('hang', 'a work function that never returns, until its process is killed a second later', () => ({
    does: 'hang',
    ms: 0,
  })),
  badJob('give-up', 'a work function that would never return, but for its own time limit', (random) => ({
    does: 'give up',
    ms: random.whole(500, 4_000),
  })),
  badJob('overstay', 'a work function that takes longer than a group may be locked', () => ({
    does: 'work',
    ms: (CONTEXT_SETTINGS.jobGroupUnlockSecs + 10) * 1000,
  })),
  badJob('overrun', 'a work function that goes on after its maxRunSecs, whatever it is told', (random) => ({
    does: 'overrun',
    ms: random.pick([500, 2_500, 4_000]),
  })),
  badJob('throw', 'a work function that throws what is no error', (random) => ({
    does: 'throw',
    ms: random.whole(0, 99),
  })),
  badJob(
    'leak',
    'a work function that leaves a rejected promise behind: its process dies of it, or ignores it',
    () => ({
      does: 'leak',
      ms: 0,
    }),
  ),
];
