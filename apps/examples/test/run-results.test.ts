import { describe, expect, it } from '@jest/globals';
import { SCHEMA, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { expectTidy } from './support/tidy.ts';

describe('the examples of completing and of results', () => {
  const start = useExamples();
  const database = useDatabase();
  const rows = database.rows;

  it('complete-in writes once what an attempt before had written in vain, and enqueues once what follows', async () => {
    const example = start('complete-in', database.url());
    await example.prints('customer told of invoice 7');
    expect(await example.stop()).toBe(0);
    expect(await rows('select * from entry')).toEqual([{ invoice_id: 7, cents: 1250 }]);
    expect(await rows(`select name, attempt, outcome::text from ${SCHEMA}.finalized_job order by seq`)).toEqual([
      { name: 'BILL', attempt: 2, outcome: 'succeeded' },
      { name: 'TELL_CUSTOMER', attempt: 1, outcome: 'succeeded' },
    ]);
    expect(example.output().match(/customer told/g)).toHaveLength(1);
    await expectTidy(database);
    await rows('drop table entry');
  });

  it('progress tells how far a job came, and what it logged', async () => {
    const example = start('progress', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toMatch(/^\{ done: 3, of: 3 \} at 20/m);
    expect(example.output()).toContain('1: row 2 is empty, and left out');
    await expectTidy(database);
    await rows(`truncate ${SCHEMA}.job_progress, ${SCHEMA}.job_log`);
  });

  it('results waits for what a job returns, and is told why another has failed', async () => {
    const example = start('results', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toContain('that makes 1249 cents');
    expect(example.output()).toMatch(/^no quote: job \S+ has failed: Error: there is nothing to quote$/m);
    await expectTidy(database);
  });
});
