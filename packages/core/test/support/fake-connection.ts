import './fake-time.ts';
import { setImmediate } from 'node:timers';
import { jest } from '@jest/globals';
import {
  type ListeningConnection,
  type ListeningRequest,
  type NotificationListener,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  type Subscription,
  Subscriptions,
} from '../../src/driver/index.ts';

/** A connection that does what its fields say. */
export class FakeConnection implements ListeningConnection, SqlSession {
  readonly request: ListeningRequest;
  /** The names of what it was asked. */
  readonly asked: string[] = [];
  /** Statements of these names fail, or get no answer. */
  readonly failing = new Set<string>();
  readonly unanswered = new Set<string>();
  parted: readonly ('left' | 'dropped')[] = [];
  connects: 'at once' | 'never' = 'at once';
  leaves: 'at once' | 'never' = 'at once';

  constructor(request: ListeningRequest) {
    this.request = request;
  }

  get connected(): Promise<SqlSession> {
    return this.connects === 'at once' ? Promise.resolve(this) : new Promise(() => undefined);
  }

  async run({ name }: SqlStatement): Promise<readonly SqlRow[]> {
    this.asked.push(name);
    if (this.failing.has(name)) throw new Error(`${name} failed`);
    if (this.unanswered.has(name)) await new Promise(() => undefined);
    return [];
  }

  async leave(): Promise<void> {
    this.parted = [...this.parted, 'left'];
    if (this.leaves === 'never') await new Promise(() => undefined);
  }

  drop(): void {
    this.parted = [...this.parted, 'dropped'];
  }
}

/** A listener that writes down what it is told, and the sessions that it was given. */
export function noting(): { listener: NotificationListener; notes: string[]; sessions: (SqlSession | null)[] } {
  const notes: string[] = [];
  const sessions: (SqlSession | null)[] = [];
  const listener: NotificationListener = {
    onConnected: (session) => {
      sessions.push(session);
      notes.push('connected');
    },
    onDisconnected: (error) => void notes.push(`lost: ${(error as Error).message}`),
    onNotification: (payload) => void notes.push(`heard: ${payload}`),
  };
  return { listener, notes, sessions };
}

/** Lets all promises go on that wait for nothing but each other, however the test's own clock stands. */
export async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(() => resolve()));
}

/** Lets time pass, in small steps, so that what a timer starts can set its own in time. */
export async function pass(ms: number): Promise<void> {
  await settled();
  for (let left = ms; left > 0; left -= 5) {
    jest.advanceTimersByTime(Math.min(5, left));
    await settled();
  }
}

export interface Subscribed {
  readonly subscriptions: Subscriptions;
  readonly subscription: Subscription;
  readonly connections: readonly FakeConnection[];
}

/** Subscribes to `bears` on connections that `prepare` has changed before they are used. */
export async function subscribe(
  listener: NotificationListener,
  { heartbeatSecs = 1 as number | null, prepare = (_: FakeConnection, _attempt: number): void => undefined } = {},
): Promise<Subscribed> {
  const connections: FakeConnection[] = [];
  const subscriptions = new Subscriptions({
    driverName: 'bearDriver',
    heartbeatSecs,
    open: (request) => {
      const connection = new FakeConnection(request);
      connections.push(connection);
      prepare(connection, connections.length);
      return connection;
    },
  });
  const subscription = subscriptions.listen('bears', listener);
  await settled();
  return { subscriptions, subscription, connections };
}
