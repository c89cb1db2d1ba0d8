import { JobDefinition } from 'bearmq';
import { countRuns, drain, fill, PAYLOAD, type Payload, type Scenario } from '../bench.ts';

/** A backlog of no-op jobs, worked off by one process; history kept. */
export function drainBacklog(count: number, workers: number): Scenario {
  return {
    name: `drain ${count.toLocaleString('en')} no-op jobs, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    run: async (bench) => {
      const context = bench.context();
      const runs = countRuns(count);
      const job = new JobDefinition({
        context,
        name: 'NOOP',
        workFunction: async (_payload: Payload) => runs.add(),
      });
      await job.register();
      await fill(count, () => job.enqueue(PAYLOAD));
      const rate = await drain(bench, context, { count, workers, finished: runs.finished });
      return [{ what: 'drained', value: rate, unit: 'jobs/s' }];
    },
  };
}
