import { setTimeout as wait } from 'node:timers/promises';
import { QUOTED_SCHEMA } from '../settings.ts';
import type { World } from './fault.ts';

/** So long a busy machine may take to start jobs; then it has to do without. */
const START_MS = 5_000;
const POLL_MS = 50;

/** Has jobs enqueued that take so long, one for each time, each with another in a group; resolves when as many run. */
export async function startLongJobs({ victim, asAdmin }: World, times: readonly number[]): Promise<void> {
  const producer = await victim('producer');
  for (const ms of times) producer.order({ to: 'enqueue', task: { does: 'work', ms, fails: 0 }, groups: 'allowed' });
  await asAdmin(async (client) => {
    for (const until = performance.now() + START_MS; performance.now() < until; await wait(POLL_MS)) {
      const { rows } = await client.query<{ n: number }>(
        `select count(*)::int as n from ${QUOTED_SCHEMA}.job
        where state = 'running' and (payload -> 'task' ->> 'ms')::float8 >= $1`,
        [Math.min(...times)],
      );
      if ((rows[0]?.n ?? 0) >= times.length) return;
    }
  });
}
