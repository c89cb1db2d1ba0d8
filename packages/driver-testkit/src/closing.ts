import assert from 'node:assert/strict';
import { DatabaseError } from '@bearmq/core/driver';
import type { DriverCase } from './cases.ts';
import { listening, newChannel, notify, sessionOf } from './listening.ts';
import { databaseError, oneValue, sql } from './support.ts';
import { eventually, Gate, soon } from './waiting.ts';

/** What `close` ends, and what it leaves alone. */
export const closingCases: readonly DriverCase[] = [
  {
    title: 'may be closed twice, also at once',
    run: async ({ driver }) => {
      assert.equal(await oneValue(driver, 'select 1::int4 as value'), 1);
      await soon('the close', Promise.all([driver.close(), driver.close()]));
      await soon('another close', driver.close());
    },
  },
  {
    title: 'may be closed before it was used',
    run: async ({ driver }) => {
      await soon('the close', driver.close());
    },
  },
  {
    title: 'decides a transaction that is under way: committed as it says, or rejected',
    run: async ({ driver, open, newTable }) => {
      const table = newTable();
      await driver.run(sql(`create table ${table} (n int4)`));
      const inside = new Gate();
      const closing = new Gate();
      const transaction = driver.transaction(async (tx) => {
        inside.open();
        await closing.opened;
        await tx.run(sql(`insert into ${table} values (1)`));
      });
      const outcome = transaction.then(
        () => 'committed',
        (error: unknown) => error,
      );
      await soon('the transaction', inside.opened);
      const closed = driver.close();
      closing.open();
      const decided = await soon('the outcome', outcome);
      await soon('the close', closed);
      assert.ok(decided === 'committed' || decided instanceof DatabaseError, `rejected with ${String(decided)}`);
      const rows = await oneValue(await open(), `select count(*)::int4 as n from ${table}`);
      assert.equal(rows, decided === 'committed' ? 1 : 0);
    },
  },
  {
    title: 'ends its subscriptions, in whatever state they are',
    needs: ['notifications'],
    run: async ({ driver, open }) => {
      const channel = newChannel();
      const listener = await listening(driver, channel);
      let told = 0;
      const tell = (): void => {
        told += 1;
      };
      driver.listen(channel, { onConnected: tell, onDisconnected: tell, onNotification: tell });
      const before = listener.journal.entries.length;
      const closed = driver.close();
      await soon('the close', closed);
      const other = await open();
      const witness = await listening(other, channel);
      await notify(other, channel, 'too late');
      await witness.heard('too late');
      assert.equal(listener.journal.entries.length, before, 'a subscription outlived its driver');
      assert.equal(told, 0, 'a subscription that was still connecting outlived its driver');
      assert.throws(() => driver.listen(channel, { onConnected: tell, onDisconnected: tell, onNotification: tell }));
    },
  },
  {
    title: 'closes the connections of its subscriptions',
    needs: ['notifications', 'listeningSession', 'concurrentConnections'],
    run: async ({ driver, open }) => {
      const listener = await listening(driver, newChannel());
      const pid = await oneValue(sessionOf(listener), 'select pg_backend_pid()::int4 as pid');
      const other = await open();
      await soon('the close', driver.close());
      const text = 'select count(*)::int4 as n from pg_stat_activity where pid = $1::int4';
      await eventually('the connection to be gone', async () => {
        return (await oneValue(other, text, pid)) === 0 ? true : undefined;
      });
    },
  },
  {
    title: 'leaves a client that it was lent open',
    needs: ['borrowedClient'],
    run: async ({ driver, opened }) => {
      const use = opened.useBorrowedClient?.bind(opened);
      assert.ok(use !== undefined, 'with the capability borrowedClient, open() must give useBorrowedClient');
      await driver.run(sql('select 1::int4 as value'));
      await use();
      await soon('the close', driver.close());
      await soon('a statement on the borrowed client', use());
    },
  },
  {
    title: 'says of a client that its owner has ended that it is closed, and not worth another try',
    needs: ['endedClient'],
    run: async ({ driver, opened }) => {
      const end = opened.endClient?.bind(opened);
      assert.ok(end !== undefined, 'with the capability endedClient, open() must give endClient');
      await driver.run(sql('select 1::int4 as value'));
      await soon('the end of the client', end());
      const refused = [driver.run(sql('select 1::int4 as value')), driver.transaction(async () => undefined)];
      for (const one of refused.map(databaseError)) {
        const error = await soon('the refusal', one);
        assert.deepEqual([error.isClientClosed, error.isRetryable], [true, false], error.message);
      }
    },
  },
];
