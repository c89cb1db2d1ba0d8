import type { Contestant, Place, Queue } from './contestant.ts';
import type { Outcome } from './figure.ts';
import { Helper } from './helper-process.ts';
import type { Scenario } from './scenario.ts';

/** Runs a scenario once, in this process, and closes what it opened. */
export async function measure(
  scenario: Scenario,
  contestant: Contestant,
  place: Place,
  limitSecs: number,
): Promise<Outcome> {
  const queues: Queue[] = [];
  const helpers: Helper[] = [];
  try {
    return await scenario.run({
      contestant,
      place,
      limitSecs,
      open: async () => {
        const queue = await contestant.open(place);
        queues.push(queue);
        return queue;
      },
      fork: async (task) => {
        const helper = await Helper.start(task);
        helpers.push(helper);
        return helper;
      },
    });
  } finally {
    for (const helper of helpers) helper.kill();
    await Promise.all(queues.map((queue) => queue.close()));
  }
}
