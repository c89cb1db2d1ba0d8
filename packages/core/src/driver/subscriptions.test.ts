import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { noting, pass, settled, subscribe } from '../../test/support/fake-connection.ts';
import { Subscriptions } from './index.ts';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

describe('a subscription that is closed', () => {
  it('leaves its connection, and no timer behind', async () => {
    const { connections, subscription } = await subscribe(noting().listener);
    await Promise.all([subscription.close(), subscription.close()]);
    expect(connections[0]?.parted).toEqual(['left']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('says goodbye all the same when the connection is lost just then', async () => {
    const { connections, subscription } = await subscribe(noting().listener);
    const closed = subscription.close();
    connections[0]?.request.onLost(new Error('cut'));
    await closed;
    expect(connections[0]?.parted).toEqual(['left']);
  });

  it('drops a connection whose goodbye takes longer than two seconds', async () => {
    const { connections, subscription } = await subscribe(noting().listener, {
      prepare: (connection) => {
        connection.leaves = 'never';
      },
    });
    const closed = subscription.close();
    await pass(1_900);
    expect(connections[0]?.parted).toEqual(['left']);
    await pass(200);
    await closed;
    expect(connections[0]?.parted).toEqual(['left', 'dropped']);
  });

  it('drops a connection that is not made yet, at once, and leaves no timer behind', async () => {
    const { listener, notes } = noting();
    const { connections, subscription } = await subscribe(listener, {
      prepare: (connection) => {
        connection.connects = 'never';
      },
    });
    await subscription.close();
    await settled();
    expect([connections[0]?.parted, notes, jest.getTimerCount()]).toEqual([['dropped'], [], 0]);
  });

  it('does not wait for the pause after a loss', async () => {
    const { connections, subscription } = await subscribe(noting().listener);
    connections[0]?.request.onLost(new Error('cut'));
    await settled();
    await subscription.close();
    await pass(10_000);
    expect([connections.length, jest.getTimerCount()]).toEqual([1, 0]);
  });

  it('is so by closing them all, which refuses new ones', async () => {
    const { connections, subscriptions } = await subscribe(noting().listener);
    await Promise.all([subscriptions.close(), subscriptions.close()]);
    expect(connections[0]?.parted).toEqual(['left']);
    expect(() => subscriptions.listen('bears', noting().listener)).toThrow(
      'this bearDriver is closed: it does not listen any more',
    );
  });
});

describe('a subscription on a connection that is not its own', () => {
  it('asks it for nothing but LISTEN, however long that takes, and gives no session', async () => {
    const { listener, notes, sessions } = noting();
    let answer: () => void = () => undefined;
    const { connections } = await subscribe(listener, {
      heartbeatSecs: null,
      prepare: (connection) => {
        const answered = new Promise<void>((resolve) => {
          answer = resolve;
        });
        const { run } = connection;
        connection.run = async (statement) => {
          await answered;
          return await run.call(connection, statement);
        };
      },
    });
    await pass(60_000);
    connections[0]?.request.onNotification('bears', 'for others');
    expect(notes).toEqual([]);
    answer();
    await settled();
    connections[0]?.request.onNotification('bears', 'for us');
    await pass(60_000);
    expect([notes, sessions]).toEqual([['connected', 'heard: for us'], [null]]);
    expect([connections[0]?.asked, connections.length, jest.getTimerCount()]).toEqual([['bearmq_listen'], 1, 0]);
  });
});

describe('Subscriptions', () => {
  it.each([0, 0.09, 3_601, Number.NaN])('refuses a heartbeat of %s seconds', (heartbeatSecs) => {
    const open = (): never => {
      throw new Error('not called');
    };
    expect(() => new Subscriptions({ driverName: 'bearDriver', heartbeatSecs, open })).toThrow('from 0.1 to 3600');
  });

  it('refuses a channel that PostgreSQL would cut short', async () => {
    const { subscriptions, connections } = await subscribe(noting().listener);
    expect(() => subscriptions.listen('ö'.repeat(32), noting().listener)).toThrow('64 bytes');
    expect(connections).toHaveLength(1);
  });
});
