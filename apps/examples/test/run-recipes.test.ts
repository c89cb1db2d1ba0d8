import { describe, expect, it } from '@jest/globals';
import { SCHEMA, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { expectTidy } from './support/tidy.ts';

describe('the recipes', () => {
  const start = useExamples();
  const database = useDatabase();

  it('in-six-lines commits an order with its job', async () => {
    const example = start('in-six-lines', database.url());
    await example.prints('receipt for order 4711');
    expect(await example.stop()).toBe(0);
    expect(await database.rows('select id from orders')).toEqual([{ id: 4711 }]);
    await expectTidy(database);
    await database.rows('drop table orders');
  });

  it('once-per-user gives the second call the job of the first, though that is over', async () => {
    const example = start('once-per-user', database.url());
    await example.prints('again: no new job, the same id');
    await example.prints('another user: a new job');
    await example.prints('data of user 8 exported');
    expect(await example.stop()).toBe(0);
    expect(example.output().match(/data of user 7 exported/g)).toHaveLength(1);
    await expectTidy(database);
  });

  it('progress-for-the-user tells the user how far the job is, and nobody else', async () => {
    const example = start('progress-for-the-user', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toContain('for bob: {"state":"unknown"}');
    expect(example.output()).toContain('"state":"over","outcome":"succeeded"');
    expect(example.output()).toMatch(/^all of it$/m);
    await expectTidy(database);
    await database.rows(`truncate ${SCHEMA}.job_progress, ${SCHEMA}.job_log`);
  });

  it('retry-failures runs those again that failed with what is repaired, and leaves the others', async () => {
    const example = start('retry-failures', database.url());
    await example.prints('2 run again');
    await example.prints(/call [23] went well/, 2);
    expect(await example.stop()).toBe(0);
    expect(
      await database.rows(
        `select payload->>'nth' as nth, outcome::text from ${SCHEMA}.finalized_job order by payload->>'nth'`,
      ),
    ).toEqual([
      { nth: '1', outcome: 'failed' },
      { nth: '2', outcome: 'succeeded' },
      { nth: '3', outcome: 'succeeded' },
    ]);
    await expectTidy(database);
  });
});
