import type { Driver, NotificationListener, SqlSession } from '@bearmq/core/driver';
import { until } from '@bearmq/test-support';
import { notify, unique } from './statements.ts';

/** A listener that writes down what it is told: `connected`, `disconnected`, and payloads after a colon. */
export function noting(): { notes: string[]; listener: NotificationListener; noted(note: string): Promise<void> } {
  const notes: string[] = [];
  return {
    notes,
    noted: async (note) => {
      await until(`${note} among the notes`, () => notes.includes(note));
    },
    listener: {
      onConnected: () => void notes.push('connected'),
      onDisconnected: () => void notes.push('disconnected'),
      onNotification: (payload) => void notes.push(`: ${payload}`),
    },
  };
}

/** Subscribes, and waits for a notification that is sent through the driver. */
export async function hears(driver: Driver): Promise<void> {
  const channel = unique('heard');
  const { listener, noted } = noting();
  driver.listen(channel, listener);
  await noted('connected');
  await notify(driver, channel, 'hello');
  await noted(': hello');
}

/** Subscribes, and waits for the session on the connection that listens. */
export async function listeningSession(driver: Driver, channel: string = unique('listening')): Promise<SqlSession> {
  const session = await new Promise<SqlSession | null>((resolve, reject) => {
    driver.listen(channel, { onConnected: resolve, onDisconnected: reject, onNotification: () => undefined });
  });
  if (session === null) throw new Error('no session on the listening connection');
  return session;
}
