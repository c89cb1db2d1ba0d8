import type { Lane } from '../contestant.ts';
import { complaints, rate } from '../drain-figures.ts';
import { fill, plain } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import { payload } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';
import { workOff, workOffAll } from '../work-off.ts';

/** Jobs that these workers do not take, under another name, between those that they take. */
export const otherName = (profile: Profile): Scenario => others(profile, 'other-name', 'names', 'under another name');

/** The same, in a channel that these workers do not take. */
export const otherChannel = (profile: Profile): Scenario =>
  others(profile, 'other-channel', 'channels', 'in another channel');

function others({ jobs }: Profile, lane: Lane, needs: 'names' | 'channels', where: string): Scenario {
  return {
    id: lane,
    title: `drain ${jobs.toLocaleString('en')} beside as many ${where}`,
    purpose: 'throughput',
    needs,
    basic: false,
    run: async ({ open, limitSecs }) => {
      const queue = await open();
      await fill(queue, jobs, plain);
      const alone = await workOffAll(queue, { ledger: new Ledger(jobs), limitSecs });
      // One of theirs, one of ours, and so on.
      await fill(queue, 2 * jobs, (n) =>
        n % 2 === 0 ? { payload: payload(n), lane } : { payload: payload((n - 1) / 2) },
      );
      const beside = await workOff(queue, { ledger: new Ledger(jobs), limitSecs, others: jobs });
      return {
        figures: [
          rate('alone', alone),
          rate('beside them', beside),
          { what: 'beside against alone', value: beside.jobsPerSec / alone.jobsPerSec, unit: '×' },
        ],
        ...complaints(alone.complaint, beside.complaint),
      };
    },
  };
}
