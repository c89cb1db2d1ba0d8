// A process for one measurement: see isolated.ts, which starts it.
import { reasonOf } from '@bearmq/test-support';
import { contestant } from './contestants/index.ts';
import type { IsolatedAnswer, IsolatedTask } from './isolated.ts';
import { measure } from './measure.ts';
import { scenario } from './scenarios/index.ts';

process.once('disconnect', () => process.exit());

process.once('message', (task: IsolatedTask) => {
  run(task).then(
    (answer) => process.send?.(answer, leave),
    (error: unknown) => process.send?.({ failed: reasonOf(error) } satisfies IsolatedAnswer, leave),
  );
});

async function run({ contestant: id, place, profile, scenario: scenarioId }: IsolatedTask): Promise<IsolatedAnswer> {
  const one = contestant(id);
  if (scenarioId !== undefined) {
    return { outcome: await measure(scenario(profile, scenarioId), one, place, profile.limitSecs) };
  }
  await one.setUp(place);
  return { outcome: { figures: [] } };
}

/** Some packages keep timers after they were closed. */
function leave(): void {
  process.exit();
}
