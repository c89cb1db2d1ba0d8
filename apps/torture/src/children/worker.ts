import { DatabaseError, Worker } from 'bearmq';
import type { Cast } from './cast.ts';
import { define, register } from './definitions.ts';
import { say } from './orders.ts';

/** Runs jobs: some slots for any, some for one channel, some for two. */
export async function work(cast: Cast): Promise<void> {
  const { context, tell, stopped } = cast;
  const { jobs, tick } = define(cast);
  const workers = [
    new Worker({ context, concurrency: 4 }),
    new Worker({ context, concurrency: 2, channels: ['URGENT'] }),
    new Worker({ context, concurrency: 2, channels: ['BULK', 'DEFAULT'] }),
  ];
  say({ says: 'ready' });
  await register([...Object.values(jobs), tick]);
  await stopped;
  for (const stop of await Promise.allSettled(workers.map((worker) => worker.stop()))) {
    if (stop.status === 'fulfilled') continue;
    if (!(stop.reason instanceof DatabaseError)) throw stop.reason;
    tell({ kind: 'stop refused', why: stop.reason.message }); // as documented: the lease runs out
  }
}
