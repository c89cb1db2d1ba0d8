import { describe, expect, it } from '@jest/globals';
import { useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { AUDIT, CLIENTS, killAnyWhen, pausing, useFolder, useWay } from './support/orders.ts';

/** Programs are started one after the other, on a machine that may have other things to do. */
const LIMIT_MS = 120_000;

const start = useExamples();

describe.each(CLIENTS)('an order and its e-mail, by $program', ({ program, place }) => {
  const by = useWay(program);
  const { url, rows, allGone } = place === 'server' ? useDatabase() : useFolder();

  it.each([
    ['after the order was written and before the job', 'before'],
    ['after both were written and before the commit', 'after'],
  ] as const)(
    'are both gone when it is killed %s',
    async (_when, moment) => {
      const example = start(program, url(), by(pausing(moment)));
      await example.prints(`stopped ${moment} the third enqueue`);
      if (place === 'server') {
        const writing = `
          select 1 from pg_stat_activity
          where datname = current_database() and state = 'idle in transaction' and backend_xid is not null`;
        expect(await rows(writing)).toHaveLength(1);
      }
      await example.stop('SIGKILL');
      await allGone();
      expect(example.output().match(/ placed/g)).toHaveLength(2);
      expect(await rows(AUDIT)).toEqual([{ orders: 2, sent: 0, unpaired: [] }]);
    },
    LIMIT_MS,
  );

  it(
    'are both there or both not, whenever it is killed, and a worker sends what there is',
    async () => {
      expect(await start(program, url(), by({ args: ['place', '1'] })).ended()).toBe(0);
      let told = 1;
      // PGlite's folder can be open in one process only, and takes its time to be opened.
      const kills = place === 'server' ? [5] : [1, 1, 1];
      for (const atOnce of kills) {
        const examples = Array.from({ length: atOnce }, () => start(program, url(), by({ args: ['place', '100000'] })));
        for (const count of await Promise.all(examples.map(killAnyWhen))) told += count;
      }
      await allGone();
      const [killed] = await rows(AUDIT);
      expect(killed).toEqual({ orders: expect.any(Number), sent: 0, unpaired: [] });
      const { orders } = killed as { orders: number };
      expect(orders).toBeGreaterThanOrEqual(told);
      expect(orders).toBeLessThanOrEqual(told + 10); // each may have been killed before it could tell of its last

      const worker = start(program, url(), by({ args: ['work'] }));
      await worker.prints('mail to ada@example.org for order ', orders);
      expect(await worker.stop()).toBe(0);
      expect(await rows(AUDIT)).toEqual([{ orders, sent: orders, unpaired: [] }]);
    },
    LIMIT_MS,
  );
});
