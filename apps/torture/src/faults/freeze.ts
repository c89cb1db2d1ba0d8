import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Fault } from './fault.ts';
import { terminate } from './terminate.ts';

/** Jobs that take long, spread over the workers, and how soon they have begun. */
const [LONG_JOBS, START_MS] = [4, 400];

/**
 * SIGSTOP for longer than a lease, then SIGCONT. A process whose connection stands keeps its jobs; one that only polls,
 * or whose connections are cut while it is stopped, has lost them when it wakes.
 */
export const freeze: Fault = {
  name: 'freeze-worker',
  about: 'SIGSTOP of a worker for longer than its lease, with or without its connections, then SIGCONT',
  strike: async ({ victim, asAdmin, random, leaseMs, during }) => {
    const child = await victim('worker');
    const producer = await victim('producer');
    const ms = random.between(1.3, 2.2) * leaseMs;
    const isCut = random.chance(0.6);
    // Some runs must outlast it by far, or nobody would be there to be told of the loss.
    const task = { does: 'work', ms: 6 * leaseMs, fails: 0 } as const;
    for (let i = 0; i < LONG_JOBS; i += 1) producer.order({ to: 'enqueue', task, groups: 'none' });
    await wait(START_MS);
    child.freeze();
    try {
      const cut = (client: pg.Client): Promise<number> => terminate(client, 'application_name = $1', [child.name]);
      if (isCut) await during('sessions', () => asAdmin(cut));
      await wait(ms);
    } finally {
      child.thaw();
    }
    return `${child.name} for ${Math.round(ms)} ms${isCut ? ', its connections cut' : ''}`;
  },
};

export const freezeOrchestrator: Fault = {
  name: 'freeze-orchestrator',
  about: 'SIGSTOP of an orchestrator for some seconds, then SIGCONT',
  strike: async ({ victim, random, leaseMs }) => {
    const child = await victim('orchestrator');
    const ms = random.between(0.5, 1.5) * leaseMs;
    child.freeze();
    try {
      await wait(ms);
    } finally {
      child.thaw();
    }
    return `${child.name} for ${Math.round(ms)} ms`;
  },
};
