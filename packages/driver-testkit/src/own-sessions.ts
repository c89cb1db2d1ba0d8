import assert from 'node:assert/strict';
import type { DriverCase } from './cases.ts';
import { oneValue, rejection } from './support.ts';
import { soon } from './waiting.ts';

/** What `openSession` promises, of drivers that have it. */
export const ownSessionCases: readonly DriverCase[] = [
  {
    title: 'if any, runs statements beside a transaction, and none after it was closed',
    needs: ['concurrentConnections'],
    run: async ({ driver }) => {
      if (driver.openSession === undefined) return;
      const open = driver.openSession.bind(driver);
      await driver.transaction(async () => {
        const session = await open(10_000);
        assert.equal(await oneValue(session, "select 'here'::text as place"), 'here');
        await soon('the close', session.close());
        await rejection(oneValue(session, "select 'gone'::text as place"));
        await soon('another close', session.close());
      });
    },
  },
  {
    title: 'is refused by a driver that was closed',
    run: async ({ driver }) => {
      if (driver.openSession === undefined) return;
      await driver.close();
      await rejection(driver.openSession(10_000));
    },
  },
];
