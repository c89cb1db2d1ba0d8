import { until } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { SCHEMA, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { regions } from './support/regions.ts';
import { expectTidy } from './support/tidy.ts';

describe('the examples of unique jobs', () => {
  const start = useExamples();
  const database = useDatabase();

  it('unique enqueues one job for two changes, which sees both', async () => {
    const example = start('unique', database.url());
    await example.prints('shop 7 has honey and jam');
    expect(example.output().match(/^(honey|jam): \w+/gm)).toEqual(['honey: enqueued', 'jam: skipped']);
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
    await database.rows('drop table product');
  });

  it('unique-recipes debounces, throttles, keeps the latest, and takes a webhook once', async () => {
    const example = start('unique-recipes', database.url());
    await example.prints('account 1 at revision 4');
    await example.prints('delivered again: skipped, the same job');
    await example.prints('alerted again: skipped');
    expect(
      example
        .output()
        .match(/user 1 alerted|payment evt_1 taken/g)
        ?.sort(),
    ).toEqual(['payment evt_1 taken', 'user 1 alerted']);
    const revisions = [...example.output().matchAll(/at revision (\d)/g)].map(([, revision]) => revision);
    expect(revisions.at(-1)).toBe('4'); // and of those before it, only what had started
    expect(revisions.length).toBeLessThan(4);
    expect(example.output()).not.toContain('draft 1');
    await database.age(11);
    await example.prints('draft 1: Bear');
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });
});

describe('the examples in SQL', () => {
  const database = useDatabase();

  it('enqueue from a trigger with the commit, and by hand', async () => {
    const { rows } = database;
    const sql = regions('.sql');
    await rows('create table orders (id int primary key, paid_at timestamptz)');
    await rows(sql.get('trigger') as string);
    await rows('insert into orders values (1), (2)');
    const jobs = `select name, payload, job_group, priority, state::text, extras from ${SCHEMA}.job order by seq`;
    const receipt = { name: 'SEND_RECEIPT', priority: 0, state: 'ready', extras: null };
    expect(await rows(jobs)).toEqual([
      { ...receipt, payload: { orderId: 1 }, state: 'blocked', job_group: 'order 1' },
      { ...receipt, payload: { orderId: 2 }, state: 'blocked', job_group: 'order 2' },
    ]);
    await rows(`delete from ${SCHEMA}.job`);
    for (const one of (sql.get('psql') as string).split('\n\n')) await rows(one);
    const byHand = { state: 'scheduled', priority: 5, extras: { headers: { by: 'hand' } } };
    expect(await rows(jobs)).toEqual([
      { ...receipt, ...byHand, payload: { orderId: 4711 }, job_group: null },
      { ...receipt, payload: { orderId: 1 }, job_group: null },
      { ...receipt, payload: { orderId: 2 }, job_group: null },
    ]);
    await rows(`drop table orders; drop function order_is_placed; delete from ${SCHEMA}.job`);
    await until('all is gone', async () => (await rows(jobs)).length === 0);
  });
});
