import type { Fault } from './fault.ts';
import { startLongJobs } from './long-jobs.ts';
import { Missed } from './missed.ts';

const LONG_MS = 3_000;

/** As a deployment does: it waits for what runs, tells it to end, and then goes on without it. */
export const stopSoon: Fault = {
  name: 'stop-soon',
  about: 'a worker that is stopped and does not wait for all that it runs; another takes its place',
  strike: async (world) => {
    const { crew, victim, random } = world;
    const producer = await victim('producer');
    producer.order({ to: 'enqueue', task: { does: 'give up', ms: LONG_MS, fails: 0 }, groups: 'allowed', count: 2 });
    await startLongJobs(world, [LONG_MS, LONG_MS]);
    const child = await victim('worker');
    const waitSecs = random.pick([0, 0.3, 1]);
    if ((await crew.replace(child, {}, { waitSecs })) === undefined)
      throw new Missed(`nobody took the place of ${child.name}`);
    return `${child.name}, which waited for ${waitSecs} s`;
  },
};
