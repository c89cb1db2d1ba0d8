import type pg from 'pg';

/**
 * Has commits be confirmed before the log is written, and the writer of dirty pages, which would write the log first,
 * rest. Resolves to the pid of who writes the log then.
 */
export async function commitEarly(client: pg.Client): Promise<number> {
  await client.query(`alter system set synchronous_commit = 'off'`);
  await client.query('alter system set bgwriter_lru_maxpages = 0');
  await client.query('select pg_reload_conf()');
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where backend_type = 'walwriter'`,
  );
  const [writer] = rows;
  if (writer === undefined) throw new Error('the server has no process that writes its log');
  return writer.pid;
}

export async function commitSafely(client: pg.Client): Promise<void> {
  await client.query('alter system reset synchronous_commit');
  await client.query('alter system reset bgwriter_lru_maxpages');
  await client.query('select pg_reload_conf()');
}

/** How much of the log a crash would lose. */
export async function unwrittenBytes(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    'select (pg_current_wal_insert_lsn() - pg_current_wal_lsn())::float8 as bytes',
  );
  return rows[0]?.bytes ?? 0;
}
