import { percentile } from '@bearmq/test-support';
import { complaints, rate } from '../drain-figures.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';
import { holdSnapshot } from '../snapshot.ts';
import { ping } from './idle-latency.ts';
import { secondPass } from './second-pass.ts';

/**
 * A transaction of somebody's that stays open for hours: nothing that was deleted since can be cleaned away. Two passes
 * with it and two without, each on a queue that is empty in between; then single jobs on what that left behind.
 */
export function heldSnapshot({ jobs, pings }: Profile): Scenario {
  return {
    id: 'held-snapshot',
    title: `drain ${jobs.toLocaleString('en')}, twice, while an old snapshot is held`,
    purpose: 'latency',
    needs: 'tables',
    basic: false,
    run: async (bench) => {
      const { limitSecs, open, place } = bench;
      const free = await secondPass(bench, jobs);
      const before = await ping({ from: await open(), to: await open(), pings, limitSecs });
      const release = await holdSnapshot(place.url);
      const held = await secondPass(bench, jobs);
      const after = await ping({ from: await open(), to: await open(), pings, limitSecs });
      await release();
      return {
        figures: [
          rate('second pass, free', free),
          rate('second pass, held', held),
          { what: 'held against free', value: held.jobsPerSec / free.jobsPerSec, unit: '×' },
          { what: 'single jobs before, p50', value: percentile(before.waits, 0.5), unit: 'ms' },
          { what: 'single jobs after, p50', value: percentile(after.waits, 0.5), unit: 'ms' },
        ],
        ...complaints(free.complaint, before.complaint, held.complaint, after.complaint),
      };
    },
  };
}
