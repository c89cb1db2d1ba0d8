import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type FakeConnection, noting, pass, settled, subscribe } from '../../test/support/fake-connection.ts';
import { DatabaseError } from './index.ts';

const HEARTBEAT = 'bearmq_heartbeat';
const LISTEN = 'bearmq_listen';
const KEEPALIVES = 'bearmq_keepalives';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

const lose = (connection: FakeConnection | undefined): void => connection?.request.onLost(new Error('cut'));

describe('a subscription', () => {
  it('asks for keepalives, listens, gives its session, and passes on what comes on its channel', async () => {
    const { listener, notes, sessions } = noting();
    const { connections } = await subscribe(listener);
    const { request, asked } = connections[0] as FakeConnection;
    expect(asked).toEqual([KEEPALIVES, LISTEN]);
    request.onNotification('wolves', 'not for us');
    request.onNotification('bears', 'for us');
    expect(notes).toEqual(['connected', 'heard: for us']);
    expect(sessions).toEqual([connections[0]]);
  });

  it('goes on where keepalives are refused', async () => {
    const { listener, notes } = noting();
    await subscribe(listener, { prepare: ({ failing }) => void failing.add(KEEPALIVES) });
    expect(notes).toEqual(['connected']);
  });

  it('tells of each loss and each failure as a DatabaseError, and tries again with growing pauses', async () => {
    const losses: { at: number; error: unknown }[] = [];
    const opened: number[] = [];
    const attempts: number[] = [];
    await subscribe(
      {
        ...noting().listener,
        onDisconnected: (error) => void losses.push({ at: performance.now(), error }),
      },
      {
        prepare: ({ failing, request }) => {
          opened.push(performance.now());
          attempts.push(request.attempt);
          failing.add(LISTEN);
        },
      },
    );
    await pass(30_000);
    expect(losses.every(({ error }) => error instanceof DatabaseError)).toBe(true);
    expect(String(losses[0]?.error)).toContain('bearmq_listen failed');
    const pauses = losses.slice(0, 9).map(({ at }, i) => (opened[i + 1] as number) - at);
    for (const [i, pause] of pauses.entries()) {
      const longest = Math.min(5_000, 50 * 2 ** i);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest + 10);
    }
    expect(attempts.slice(0, 4)).toEqual([0, 1, 2, 3]);
  });

  it('tries again when a connection cannot even be opened', async () => {
    const { listener, notes } = noting();
    await subscribe(listener, {
      prepare: (_, attempt) => {
        if (attempt === 1) throw new TypeError('no such host');
      },
    });
    await pass(100);
    expect(notes).toEqual(['lost: no such host', 'connected']);
  });

  it('pauses shortly again after a connection that lasted ten seconds', async () => {
    const { listener } = noting();
    const { connections } = await subscribe(listener, {
      prepare: ({ failing }, attempt) => void (attempt < 6 && failing.add(LISTEN)),
    });
    await pass(5_000);
    expect(connections).toHaveLength(6);
    await pass(11_000);
    lose(connections[5]);
    await pass(100);
    expect(connections).toHaveLength(7);
    expect(connections[6]?.request.attempt).toBe(1);
  });

  it('drops a connection that leaves a sign of life unanswered, and asks for no second one meanwhile', async () => {
    const { listener, notes } = noting();
    const { connections } = await subscribe(listener, {
      heartbeatSecs: 0.1,
      prepare: ({ unanswered }, attempt) => void (attempt === 1 && unanswered.add(HEARTBEAT)),
    });
    const [first] = connections as [FakeConnection];
    await pass(1_000);
    expect([notes, first.parted]).toEqual([['connected'], []]);
    await pass(200);
    expect(notes).toEqual(['connected', 'lost: the listening connection: no answer within 1000 ms', 'connected']);
    expect(first.parted).toEqual(['dropped']);
    expect(first.asked.filter((name) => name === HEARTBEAT)).toHaveLength(1);
    await pass(1_000);
    expect(connections[1]?.asked.filter((name) => name === HEARTBEAT).length).toBeGreaterThan(5);
    expect(connections).toHaveLength(2);
  });

  it('drops a connection that is not made within ten seconds', async () => {
    const { listener, notes } = noting();
    const { connections } = await subscribe(listener, {
      prepare: (connection, attempt) => {
        if (attempt === 1) connection.connects = 'never';
      },
    });
    await pass(9_900);
    expect(notes).toEqual([]);
    await pass(200);
    expect(notes).toEqual(['lost: connecting to PostgreSQL: no answer within 10000 ms', 'connected']);
    expect(connections[0]?.parted).toEqual(['dropped']);
  });

  it('passes nothing on from a connection that is lost or closed, and does not tell of it twice', async () => {
    const { listener, notes } = noting();
    const { connections, subscription } = await subscribe(listener);
    lose(connections[0]);
    lose(connections[0]);
    connections[0]?.request.onNotification('bears', 'from the lost one');
    await pass(100);
    await subscription.close();
    connections[1]?.request.onNotification('bears', 'from the closed one');
    lose(connections[1]);
    await pass(10_000);
    expect(notes).toEqual(['connected', 'lost: cut', 'connected']);
  });

  it('makes a failure of its listener a warning, and goes on', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { listener, notes } = noting();
    const { connections } = await subscribe({
      ...listener,
      onConnected: () => {
        throw new Error('thrown on purpose');
      },
      onNotification: async (payload) => {
        await listener.onNotification(payload);
        throw new Error(`rejected at ${payload}`);
      },
    });
    for (const payload of ['one', 'two']) connections[0]?.request.onNotification('bears', payload);
    await settled();
    const warnings = warn.mock.calls.map(([text, name]) => `${name} ${String(text).split('\n')[0]}`);
    warn.mockRestore();
    expect(warnings).toEqual([
      'BearMQWarning a notification listener failed: Error: thrown on purpose',
      'BearMQWarning a notification listener failed: Error: rejected at one',
      'BearMQWarning a notification listener failed: Error: rejected at two',
    ]);
    expect(notes).toEqual(['heard: one', 'heard: two']);
  });

  it('needs nothing of Node.js that a browser lacks', async () => {
    const { listener, notes } = noting();
    Object.assign(globalThis, { setImmediate: undefined });
    const { setInterval } = globalThis;
    Object.assign(globalThis, {
      setInterval: (...args: Parameters<typeof setInterval>) => Number(setInterval(...args)),
    });
    await subscribe(listener, {
      heartbeatSecs: 1,
      prepare: ({ unanswered }, attempt) => void (attempt === 1 && unanswered.add(HEARTBEAT)),
    });
    await pass(2_100);
    expect(notes).toEqual(['connected', 'lost: the listening connection: no answer within 1000 ms', 'connected']);
  });
});
