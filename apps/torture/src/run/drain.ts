import { setTimeout as wait } from 'node:timers/promises';
import { QUOTED_SCHEMA } from '../settings.ts';
import { surely } from './admin.ts';
import type { Crew } from './crew.ts';

/** So long may nothing at all come about: a lease, the longest pause of a daemon, and a job that overstays. */
const PATIENCE_MS = 45_000;
const POLL_MS = 200;

/**
 * The end of a run, when no fault strikes any more: nothing is enqueued, what is there is worked off, and all stop in
 * order. It waits for what must come about, and no longer; the checker tells what did not.
 */
export async function drain(crew: Crew, url: string, note: (text: string) => void): Promise<void> {
  await crew.close('producer');
  const left = async (sql: string): Promise<number> =>
    await surely(url, async (client) => {
      const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${QUOTED_SCHEMA}.${sql}`);
      return rows[0]?.n ?? 0;
    });
  const none = async (what: string, sql: string): Promise<void> => {
    let n = await left(sql);
    for (let until = performance.now() + PATIENCE_MS; n > 0 && performance.now() < until; ) {
      await wait(POLL_MS);
      const before = n;
      n = await left(sql);
      if (n < before) until = performance.now() + PATIENCE_MS;
    }
    if (n > 0) note(`for ${PATIENCE_MS / 1000} s there have been ${n} ${what}`);
  };
  await none('jobs', `job where name <> 'TICK'`);
  await none('groups', 'job_group');
  await none('leases of the dead', 'worker where expires_at < now()');
  await crew.close('orchestrator');
  await none('ticks', 'job');
  await crew.close('worker');
}
