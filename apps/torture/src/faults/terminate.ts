import type pg from 'pg';
import type { Fault } from './fault.ts';

/** Ends those of the crew's connections that fit; returns how many. */
export async function terminate(client: pg.Client, where: string, values: readonly unknown[] = []): Promise<number> {
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid() and ${where}`,
    [...values],
  );
  return rowCount ?? 0;
}

const terminateSome: Fault = {
  name: 'terminate-some',
  about: 'pg_terminate_backend of a random part of all connections',
  strike: async ({ asAdmin, random, during }) => {
    const share = random.pick([0.2, 0.5, 1]);
    const end = (client: pg.Client): Promise<number> => terminate(client, 'random() < $1', [share]);
    const count = await during('sessions', () => asAdmin(end));
    return `${count} connections`;
  },
};

/** Where a worker listens it holds the lock that stands for its process. */
const terminateListener: Fault = {
  name: 'terminate-listener',
  about: 'pg_terminate_backend of the connections on which workers listen, and of no other',
  strike: async ({ asAdmin, during }) => {
    const holds = `exists (select 1 from pg_locks l where l.pid = pg_stat_activity.pid and l.locktype = 'advisory')`;
    const count = await during('sessions', () => asAdmin((client) => terminate(client, holds)));
    return `${count} listeners`;
  },
};

export const terminations: readonly Fault[] = [terminateSome, terminateListener];
