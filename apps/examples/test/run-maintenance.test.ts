import { describe, expect, it } from '@jest/globals';
import { SCHEMA, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';

describe('the example of maintenance', () => {
  const start = useExamples();
  const database = useDatabase();
  const rows = database.rows;

  it('forgets a job after an hour, and one that failed after two weeks', async () => {
    // An orchestrator goes on from where it was, so what is made older by hand is for the next one to find.
    const run = async (...prints: string[]): Promise<void> => {
      const example = start('maintenance', database.url());
      for (const eventType of ['WORKER_JOB_RUN_SUCCESS', 'WORKER_JOB_EXPIRE', ...prints])
        await example.prints(eventType);
      expect(await example.stop()).toBe(0);
    };
    const left = async (): Promise<unknown[]> =>
      (await rows(`select outcome::text from ${SCHEMA}.finalized_job order by finalized_at, outcome`)).map(
        ({ outcome }) => outcome,
      );
    await run();
    await database.age(3000);
    await run();
    expect((await left()).sort()).toEqual(['failed', 'failed', 'succeeded', 'succeeded']);
    await database.age(1000);
    await run('ORCHESTRATOR_JOB_DELETE');
    expect((await left()).sort()).toEqual(['failed', 'failed', 'failed', 'succeeded', 'succeeded']);
    await database.age(14 * 86_400);
    await run('ORCHESTRATOR_JOB_DELETE');
    expect((await left()).sort()).toEqual(['failed', 'succeeded']);
  });
});
