import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/** Enough for each worker to have more of them than its pool has connections. */
const JOBS = 24;

/** The transactions of a worker's jobs take all that its own statements could use, the renewal of its lease included. */
export const poolTransactions: Fault = {
  name: 'pool-transactions',
  about: "work functions' own transactions take all connections of their workers' pools for longer than the lease",
  strike: async ({ victim, random, leaseMs }) => {
    const producer = await victim('producer');
    const ms = Math.round(random.between(1.3, 2) * leaseMs);
    producer.order({ to: 'enqueue', task: { does: 'transact', ms, fails: 0 }, groups: 'none', count: JOBS });
    await wait(ms);
    return `by ${producer.name}: ${JOBS} for ${ms} ms`;
  },
};
