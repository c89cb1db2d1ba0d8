import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Tell } from '../ledger/ledger-file.ts';
import { ALONE, QUOTED_SCHEMA } from '../settings.ts';
import { WITNESS } from '../witness/triggers.ts';
import { surely } from './admin.ts';
import type { Crew } from './crew.ts';

/** So long may nothing at all come about: a lease, the longest pause of a daemon, and a job that overstays. */
const PATIENCE_MS = 45_000;
/** Once something has not come about, what depends on it will not either. */
const DISAPPOINTED_MS = 5_000;
const POLL_MS = 200;

/** Jobs whose end could not be recorded for a while. */
const GIVEN_UP = `job where state = 'running' and id in (select r.job_id from ${WITNESS}.refused r)`;

/** When nothing has come about for so long, a claim that was given up may be the reason. */
const STUCK_MS = 5_000;

/** What a drain has to do with. */
export interface Drained {
  readonly crew: Crew;
  readonly url: string;
  readonly tell: Tell;
  readonly note: (text: string) => void;
}

/**
 * The end of a run, when no fault strikes any more: nothing is enqueued, what is there is worked off, and all stop in
 * order. It waits for what must come about, and no longer; the checker tells what did not. Jobs need no orchestrator, so
 * there is none while they are waited for; another cleans up.
 */
export async function drain({ crew, url, tell, note }: Drained): Promise<void> {
  await Promise.all([crew.close('producer'), crew.close('operator'), crew.close('orchestrator')]);
  const left = async (sql: string): Promise<number> =>
    await surely(url, async (client) => {
      const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${QUOTED_SCHEMA}.${sql}`);
      return rows[0]?.n ?? 0;
    });
  let patienceMs = PATIENCE_MS;
  const none = async (what: string, sql: string): Promise<void> => {
    let n = await left(sql);
    let renewAt = performance.now() + STUCK_MS;
    for (let until = performance.now() + patienceMs; n > 0 && performance.now() < until; ) {
      await wait(POLL_MS);
      const before = n;
      n = await left(sql);
      if (n < before) [until, renewAt] = [performance.now() + patienceMs, performance.now() + STUCK_MS];
      if (performance.now() < renewAt || (await left(GIVEN_UP)) === 0) continue;
      note('workers are renewed, since what they could not have recorded is theirs until they end');
      await crew.renew('worker');
      [until, renewAt] = [performance.now() + patienceMs, Infinity];
    }
    if (n === 0) return;
    note(`for ${patienceMs / 1000} s there have been ${n} ${what}`);
    patienceMs = DISAPPOINTED_MS;
  };
  await none('jobs', 'job');
  for (const job of await surely(url, unfinished)) tell({ kind: 'left', ...job });
  crew.reopen('orchestrator');
  await none('groups', `job_group where name <> '${ALONE}'`);
  await none('leases of the dead', 'process where expires_at < now()');
  await crew.close('orchestrator');
  await none('ticks', 'job');
  await crew.close('worker');
}

async function unfinished(client: pg.Client): Promise<readonly { readonly jobId: string; readonly state: string }[]> {
  const { rows } = await client.query<{ jobId: string; state: string }>(
    `select id as "jobId", state from ${QUOTED_SCHEMA}.job`,
  );
  return rows;
}
