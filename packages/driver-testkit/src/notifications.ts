import assert from 'node:assert/strict';
import type { DriverCase } from './cases.ts';
import { listening, newChannel, notify, sessionOf } from './listening.ts';
import { databaseError, oneValue, rejection, sql, unique } from './support.ts';
import { Gate, soon } from './waiting.ts';

/** 63 bytes, the most that PostgreSQL keeps, of the kind that needs quoting. */
function oddChannel(): string {
  const start = `Odd "channel" 'of' \\bears; -- ö${unique('')}`;
  return start + 'x'.repeat(63 - Buffer.byteLength(start));
}

/** For a driver that reports what its listeners throw: a line is enough for those who read the output. */
function onPurpose(how: string): Error {
  const error = new Error(`${how} by a listener, on purpose`);
  error.stack = error.message;
  return error;
}

/** Notifications while the connection stands. */
export const notificationCases: readonly DriverCase[] = [
  {
    title: 'delivers, in order, with their payloads',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const listener = await listening(driver, channel);
      const payloads = ['{"a": 1}', 'quotes \' " \\', '🐻', 'last'];
      for (const payload of payloads) await notify(driver, channel, payload);
      await listener.heard('last');
      assert.deepEqual(listener.payloads(), payloads);
    },
  },
  {
    title: 'delivers them to who listens lazily, if any may, until that is closed',
    needs: ['notifications'],
    run: async ({ driver }) => {
      if (driver.listenLazily === undefined) return;
      const channel = newChannel();
      const lazy = await listening(driver, channel, driver.listenLazily.bind(driver));
      const witness = await listening(driver, channel);
      await notify(driver, channel, 'first');
      await Promise.all([lazy, witness].map((one) => one.heard('first')));
      await soon('the close', lazy.subscription.close());
      await notify(driver, channel, 'second');
      await witness.heard('second');
      assert.deepEqual(lazy.payloads(), ['first']);
      await driver.close();
      const { listenLazily } = driver;
      const none = (): void => {};
      const listener = { onConnected: none, onDisconnected: none, onNotification: none };
      assert.throws(() => listenLazily.call(driver, channel, listener));
    },
  },
  {
    title: 'delivers an empty payload when none was sent',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const listener = await listening(driver, channel);
      await driver.run(sql(`notify "${channel}"`));
      await listener.heard('');
    },
  },
  {
    title: 'delivers what a transaction sends when it commits, and not before',
    needs: ['notifications', 'concurrentConnections'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const listener = await listening(driver, channel);
      await driver.transaction(async (tx) => {
        await notify(tx, channel, 'inside');
        await notify(driver, channel, 'outside');
        await listener.heard('outside');
      });
      await listener.heard('inside');
      assert.deepEqual(listener.payloads(), ['outside', 'inside']);
    },
  },
  {
    title: 'delivers nothing of a transaction that rolls back',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const listener = await listening(driver, channel);
      const failure = driver.transaction(async (tx) => {
        await notify(tx, channel, 'never');
        throw new Error('on purpose');
      });
      await rejection(failure);
      await notify(driver, channel, 'marker');
      await listener.heard('marker');
      assert.deepEqual(listener.payloads(), ['marker']);
    },
  },
  {
    title: 'delivers to each listener of a channel, and goes on for one when the other is closed',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const first = await listening(driver, channel);
      const second = await listening(driver, channel);
      await notify(driver, channel, 'for both');
      await Promise.all([first.heard('for both'), second.heard('for both')]);
      await soon('the close', first.subscription.close());
      await notify(driver, channel, 'for one');
      await second.heard('for one');
      assert.deepEqual(first.payloads(), ['for both']);
    },
  },
  {
    title: 'keeps channels apart',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channels = [newChannel(), newChannel()] as const;
      const listener = await listening(driver, channels[0]);
      await notify(driver, channels[1], 'elsewhere');
      await notify(driver, channels[0].toUpperCase(), 'differently spelled');
      await notify(driver, channels[0], 'here');
      await listener.heard('here');
      assert.deepEqual(listener.payloads(), ['here']);
    },
  },
  {
    title: 'listens to a channel of 63 bytes with quotes in it',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channel = oddChannel();
      const listener = await listening(driver, channel);
      await notify(driver, channel, 'heard');
      await listener.heard('heard');
    },
  },
  {
    title: 'refuses a channel of 64 bytes, which PostgreSQL would cut short',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const deaf = { onConnected: () => undefined, onDisconnected: () => undefined, onNotification: () => undefined };
      assert.throws(() => driver.listen(`${oddChannel()}x`, deaf));
    },
  },
  {
    title: 'delivers a payload of 7,999 bytes; one of 8,000 is refused',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const listener = await listening(driver, channel);
      await notify(driver, channel, 'b'.repeat(7_999));
      await listener.heard('b'.repeat(7_999));
      assert.equal((await databaseError(notify(driver, channel, 'b'.repeat(8_000)))).sqlState, '22023');
    },
  },
  {
    title: 'goes on after a listener that throws, and after one that rejects',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const connected = new Gate();
      const second = new Gate();
      let calls = 0;
      driver.listen(channel, {
        onConnected: () => {
          connected.open();
          throw onPurpose('thrown');
        },
        onDisconnected: () => undefined,
        onNotification: async () => {
          calls += 1;
          if (calls === 2) second.open();
          throw onPurpose('rejected');
        },
      });
      await soon('onConnected', connected.opened);
      await notify(driver, channel, '1');
      await notify(driver, channel, '2');
      await soon('the second notification', second.opened);
    },
  },
  {
    title: 'is silent after close, which may be called twice',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const closed = await listening(driver, channel);
      const witness = await listening(driver, channel);
      const before = closed.journal.entries.length;
      await soon('the close', Promise.all([closed.subscription.close(), closed.subscription.close()]));
      await soon('another close', closed.subscription.close());
      await notify(driver, channel, 'too late');
      await witness.heard('too late');
      assert.equal(closed.journal.entries.length, before, 'a closed subscription was told something');
    },
  },
  {
    title: 'is silent as soon as it is closed, even for what has arrived already',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const channel = newChannel();
      const payloads: string[] = [];
      const connected = new Gate();
      const closed = new Gate();
      const subscription = driver.listen(channel, {
        onConnected: () => connected.open(),
        onDisconnected: () => undefined,
        onNotification: (payload) => {
          payloads.push(payload);
          void subscription.close().then(() => closed.open());
        },
      });
      await soon('onConnected', connected.opened);
      // What one transaction sends arrives together.
      await driver.transaction(async (tx) => {
        for (const payload of ['first', 'second', 'third']) await notify(tx, channel, payload);
      });
      await soon('the close', closed.opened);
      assert.deepEqual(payloads, ['first']);
    },
  },
  {
    title: 'can be closed before it is connected',
    needs: ['notifications'],
    run: async ({ driver }) => {
      const told: string[] = [];
      const subscription = driver.listen(newChannel(), {
        onConnected: () => void told.push('connected'),
        onDisconnected: () => void told.push('disconnected'),
        onNotification: () => void told.push('notified'),
      });
      await soon('the close', subscription.close());
      const witness = await listening(driver, newChannel());
      await soon('the close', witness.subscription.close());
      assert.deepEqual(told, []);
    },
  },
  {
    title: 'gives onConnected a session on the connection that listens',
    needs: ['notifications', 'listeningSession'],
    run: async ({ driver }) => {
      const listener = await listening(driver, newChannel());
      const session = sessionOf(listener);
      const pid = 'select pg_backend_pid()::int4 as pid';
      assert.equal(await oneValue(session, pid), await oneValue(session, pid));
      const channels = await session.run(sql('select c::text as channel from pg_listening_channels() as c'));
      assert.equal(channels.length, 1);
    },
  },
];
