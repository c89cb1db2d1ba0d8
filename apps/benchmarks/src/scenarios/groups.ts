import { JobDefinition } from 'bearmq';
import { countRuns, drain, fill, type Scenario } from '../bench.ts';

/** Jobs in groups, each group in the order of its enqueueing, worked off by one process with ten Workers. */
export function drainGroups(groups: number, each: number): Scenario {
  const count = groups * each;
  return {
    name: `drain ${groups.toLocaleString('en')} ${groups === 1 ? 'group' : 'groups'} of ${each.toLocaleString('en')}`,
    run: async (bench) => {
      const context = bench.context();
      const runs = countRuns(count);
      const last = new Map<string, number>();
      let disorder = 0;
      const job = new JobDefinition({
        context,
        name: 'GROUPED',
        jobGroupGenerator: ({ group }) => group,
        workFunction: async ({ group, nth }: { group: string; nth: number }) => {
          if ((last.get(group) ?? -1) !== nth - 1) disorder += 1;
          last.set(group, nth);
          runs.add();
        },
      });
      await job.register();
      await fill(count, (i) => job.enqueue({ group: `g${i % groups}`, nth: Math.floor(i / groups) }));
      const rate = await drain(bench, context, { count, workers: 10, finished: runs.finished });
      if (disorder > 0) throw new Error(`invalid: ${disorder} jobs ran out of order within their group`);
      return [{ what: 'drained, in order', value: rate, unit: 'jobs/s' }];
    },
  };
}
