import { installedPgBouncer, type RunningPgBouncer, startPgBouncer } from '@bearmq/test-database';

/**
 * A PgBouncer in transaction mode, where it is installed: behind it no session stands for a worker, so its lease is all
 * that it has. A worker that wants a statement timeout does not get it there.
 */
export async function startPooler(url: string): Promise<RunningPgBouncer | undefined> {
  if (installedPgBouncer() === undefined) return undefined;
  const ignored = 'extra_float_digits,statement_timeout';
  return await startPgBouncer({ url, settings: { ignore_startup_parameters: ignored, server_login_retry: '1' } });
}
