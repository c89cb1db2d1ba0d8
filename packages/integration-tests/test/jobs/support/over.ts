import type { TestSchema } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';

/** Jobs that succeeded, failed and were cancelled, in that order. */
export async function jobsThatAreOver(schema: TestSchema): Promise<string[]> {
  const statements = statementsOf(schema);
  const ids = await statements.insert({}, {}, {});
  const [one, two] = await statements.claimed(await statements.worker(), { slots: 2 });
  if (one === undefined || two === undefined) throw new Error('three were enqueued');
  await statements.succeed(one);
  const failure = { workerId: 'w', durationMs: 5 };
  await statements.settle({ kind: 'failed', job: two, errorText: 'Error: 100% of_disk', failure });
  await schema.context().jobs.cancel(ids[2] ?? '', { reason: 'not wanted' });
  return ids;
}
