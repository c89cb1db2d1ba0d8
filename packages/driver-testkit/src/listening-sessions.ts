import assert from 'node:assert/strict';
import type { DriverCase } from './cases.ts';
import { listening, newChannel, notify, sessionOf } from './listening.ts';
import { oneValue, rejection, sql, uniqueLock } from './support.ts';
import { soon } from './waiting.ts';

/** What a listener may do with the session that it is given, and what must not come of it. */
export const listeningSessionCases: readonly DriverCase[] = [
  {
    title: 'keeps to its channel when its session listens to others',
    needs: ['notifications', 'listeningSession'],
    run: async ({ driver }) => {
      const channels = [newChannel(), newChannel()] as const;
      const listener = await listening(driver, channels[0]);
      await sessionOf(listener).run(sql(`listen "${channels[1]}"`));
      await notify(driver, channels[1], 'elsewhere');
      await notify(driver, channels[0], 'here');
      await listener.heard('here');
      assert.deepEqual(listener.payloads(), ['here']);
    },
  },
  {
    title: 'can be closed while its session runs a long statement, which is rejected',
    needs: ['notifications', 'listeningSession', 'concurrentConnections'],
    run: async ({ driver }) => {
      const lock = uniqueLock();
      const listener = await listening(driver, newChannel());
      await driver.transaction(async (tx) => {
        await oneValue(tx, 'select pg_advisory_xact_lock($1::int4)::text as locked', lock);
        const text = 'select pg_advisory_lock($1::int4)::text as locked';
        const waiting = rejection(oneValue(sessionOf(listener), text, lock));
        await soon('the close', listener.subscription.close());
        await soon('the end of the statement', waiting);
      });
    },
  },
];
