import { figures } from '../drain-figures.ts';
import { fill } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import type { Scenario } from '../scenario.ts';
import { workOff } from '../work-off.ts';

/** A backlog of no-op jobs, worked off by one process. */
export function backlog(count: number): Scenario {
  return {
    id: `backlog-${count}`,
    title: `drain a backlog of ${count.toLocaleString('en')}`,
    purpose: 'throughput',
    basic: true,
    run: async ({ open, limitSecs }) => {
      const queue = await open();
      await fill(queue, count);
      return figures('drained', await workOff(queue, { ledger: new Ledger(count), limitSecs }));
    },
  };
}
