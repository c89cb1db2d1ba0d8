import { describe, expect, it } from '@jest/globals';
import { SCHEMA, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { expectTidy } from './support/tidy.ts';

describe('the examples of limits', () => {
  const start = useExamples();
  const database = useDatabase();
  const rows = database.rows;

  it('limits keeps to its rate and its numbers, and lets a small tenant pass a whale', async () => {
    const example = start('limits', database.url());
    await example.prints(/order \d+ pushed/, 12);
    await example.prints(/: report/, 62);
    await example.prints(/at a time/, 20);
    expect(await example.stop()).toBe(0);
    // The rate counts claims. A job that its process starts a little later notes that moment in its place: on a busy machine
    // what is seen here is some tenths shorter. Without a rate it would be some milliseconds; races/limits proves it exactly.
    const spans = `select extract(epoch from finalized_at - lag(claimed_at, 10) over (order by claimed_at))::float8 as secs
      from ${SCHEMA}.finalized_job where name = 'PUSH_ORDER' order by claimed_at offset 10`;
    for (const { secs } of await rows(spans)) expect(secs).toBeGreaterThanOrEqual(0.5);
    const atATime = [...example.output().matchAll(/(\d+) at a time/g)].map(([, n]) => Number(n));
    expect(Math.max(...atATime)).toBe(5);
    const reports = [...example.output().matchAll(/(\w+): report/g)].map(([, tenant]) => tenant);
    expect(reports.indexOf('small')).toBeLessThan(10);
    await expectTidy(database);
  });

  it('limits-at-run-time lists what it has set', async () => {
    const example = start('limits-at-run-time', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toContain("channel: 'REPORTS', concurrency: 30, origin: 'api'");
    expect(example.output()).toContain("jobGroup: 'tenant 7'");
    const left = `select kind, name, origin, rate_max from ${SCHEMA}.job_limit`;
    expect(await rows(left)).toEqual([{ kind: 'name', name: 'PUSH_ORDER', origin: 'api', rate_max: 2 }]);
  });
});
