import assert from 'node:assert/strict';
import type { Driver } from '@bearmq/core/driver';
import type { DriverCase } from './cases.ts';
import { oneValue, sql, uniqueLock } from './support.ts';
import { eventually, soon } from './waiting.ts';

const LOCK = 'select pg_advisory_xact_lock($1::int4)::text as locked';

/** Waits until somebody waits for an advisory lock. */
async function queued(driver: Driver, lock: number): Promise<void> {
  const text = `
    select count(*)::int4 as n from pg_locks
    where locktype = 'advisory' and not granted and ((classid::int8 << 32) | objid::int8) = $1::int4::int8`;
  await eventually('somebody to wait for the lock', async () => {
    return ((await oneValue(driver, text, lock)) as number) > 0 ? true : undefined;
  });
}

/** Statements beside each other. */
export const concurrencyCases: readonly DriverCase[] = [
  {
    title: 'runs more statements at once than it has connections',
    run: async ({ driver }) => {
      const numbers = Array.from({ length: 60 }, (_, index) => index);
      const results = await soon(
        'the statements',
        Promise.all(numbers.map((n) => oneValue(driver, 'select $1::int4 as n', n))),
      );
      assert.deepEqual(results, numbers);
    },
  },
  {
    title: 'lets a statement that waits stop no other',
    needs: ['concurrentConnections'],
    run: async ({ driver }) => {
      const lock = uniqueLock();
      let waiting: Promise<unknown> | undefined;
      await driver.transaction(async (holder) => {
        await holder.run(sql(LOCK, lock));
        waiting = driver.run(sql(LOCK, lock));
        await queued(driver, lock);
        assert.equal(await soon('another statement', oneValue(driver, 'select 1::int4 as value')), 1);
      });
      await soon('the statement that waited', waiting as Promise<unknown>);
    },
  },
  {
    title: 'lets a transaction that waits stop no other',
    needs: ['concurrentConnections'],
    run: async ({ driver }) => {
      const lock = uniqueLock();
      let waiting: Promise<unknown> | undefined;
      await driver.transaction(async (holder) => {
        await holder.run(sql(LOCK, lock));
        waiting = driver.transaction(async (tx) => void (await tx.run(sql(LOCK, lock))));
        await queued(driver, lock);
        const beside = driver.transaction(async (tx) => await oneValue(tx, 'select 2::int4 as value'));
        assert.equal(await soon('another transaction', beside), 2);
      });
      await soon('the transaction that waited', waiting as Promise<unknown>);
    },
  },
];
