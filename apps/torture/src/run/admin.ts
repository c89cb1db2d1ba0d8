import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { Missed } from '../faults/missed.ts';
import { ADMIN } from '../witness/triggers.ts';

const DEADLINE_MS = 30_000;

/** A connection of our own, as soon as the server takes one. */
export async function connect(url: string): Promise<pg.Client> {
  for (const until = performance.now() + DEADLINE_MS; ; ) {
    const client = new pg.Client({
      connectionString: url,
      application_name: ADMIN,
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => {}); // the statement under way rejects as well
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      if (!isGone(error) || performance.now() > until) throw error;
      await wait(50);
    }
  }
}

/** Does something on a connection of its own. @throws Missed when the server goes away meanwhile */
export async function asAdmin<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await act(client);
  } catch (error) {
    throw isGone(error) ? new Missed(String(error)) : error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** As {@link asAdmin}, again until it went through. */
export async function surely<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await asAdmin(url, act);
    } catch (error) {
      if (!(error instanceof Missed)) throw error;
    }
  }
}

/** Whether the server, or the connection, is or was going away. */
function isGone(error: unknown): boolean {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return /^(08|57P|53300|E[A-Z]+$)/.test(code ?? '') || /connection|timeout/i.test(message ?? '');
}
