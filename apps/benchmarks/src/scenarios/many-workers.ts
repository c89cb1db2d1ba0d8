import { figures } from '../drain-figures.ts';
import { fill } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';
import { workOff } from '../work-off.ts';

const WORKERS = 100;

/** What a hundred Worker objects in one process cost, beside one that runs as many jobs at a time. */
export function manyWorkers({ jobs }: Profile): Scenario {
  return {
    id: 'many-workers',
    title: `drain ${jobs.toLocaleString('en')} with ${WORKERS} Worker objects`,
    purpose: 'throughput',
    needs: 'many-workers',
    basic: true,
    run: async ({ open, limitSecs }) => {
      const queue = await open();
      await fill(queue, jobs);
      return figures('drained', await workOff(queue, { ledger: new Ledger(jobs), limitSecs, workers: WORKERS }));
    },
  };
}
