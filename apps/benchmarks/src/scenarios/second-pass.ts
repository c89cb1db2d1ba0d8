import { complaints, rate } from '../drain-figures.ts';
import { fill, plain } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import type { Profile } from '../profile.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { type WorkedOff, workOffAll } from '../work-off.ts';

/**
 * A second backlog, worked off by a process that has worked off one before: without the compiler, which is at work for the
 * first seconds of a process, and longer the more code there is.
 */
export function drainAgain({ jobs }: Profile): Scenario {
  return {
    id: 'again',
    title: `drain ${jobs.toLocaleString('en')} more in the same process`,
    purpose: 'throughput',
    basic: false,
    run: async (bench) => {
      const second = await secondPass(bench, jobs);
      return { figures: [rate('second pass', second)], ...complaints(second.complaint) };
    },
  };
}

/** Two passes, each on a queue that is empty in between: how the second went. */
export async function secondPass({ open, limitSecs }: Bench, jobs: number): Promise<WorkedOff> {
  const queue = await open();
  await fill(queue, jobs, plain);
  const first = await workOffAll(queue, { ledger: new Ledger(jobs), limitSecs });
  await fill(queue, jobs, plain);
  const second = await workOffAll(queue, { ledger: new Ledger(jobs), limitSecs });
  return { ...second, complaint: first.complaint ?? second.complaint };
}
