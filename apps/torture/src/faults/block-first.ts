import type { Fault } from './fault.ts';

/** Before a worker has run anything, its session must stand for it already. */
export const blockFirst: Fault = {
  name: 'block-first',
  about: 'the very first job of a worker blocks the event loop for longer than the lease',
  strike: async ({ crew, victim, random, leaseMs }) => {
    const child = await victim('worker', ['direct', 'linked']);
    const firstBlockMs = Math.round(random.between(1.4, 1.8) * leaseMs);
    await crew.replace(child, { firstBlockMs, wakeUp: 'auto' });
    return `in place of ${child.name}: ${firstBlockMs} ms`;
  },
};
