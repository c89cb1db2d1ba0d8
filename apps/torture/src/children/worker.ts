import { DatabaseError, Worker } from 'bearmq';
import type { Cast } from './cast.ts';
import { define, register } from './definitions.ts';
import { say } from './orders.ts';

/** Runs jobs: some slots for any, some for one channel, some for two. */
export async function work(cast: Cast): Promise<void> {
  const { context, tell, stopped } = cast;
  const { jobs, ticks, tellFailure, follow } = define(cast);
  const workers = [
    new Worker({ context, concurrency: 4 }),
    new Worker({ context, concurrency: 2, channels: ['URGENT'] }),
    new Worker({ context, concurrency: 2, channels: ['BULK', 'DEFAULT'] }),
  ];
  say({ says: 'ready' });
  await register([...Object.values(jobs), ...ticks, tellFailure, follow]);
  const { waitSecs } = await stopped;
  if (waitSecs !== undefined) tell({ kind: 'stopping', waitSecs });
  const stops = workers.map((worker) => (waitSecs === undefined ? worker.stop() : worker.stop({ waitSecs })));
  for (const stop of await Promise.allSettled(stops)) {
    if (stop.status === 'fulfilled') {
      for (const { jobId } of stop.value?.stillRunning ?? []) tell({ kind: 'still running', jobId });
      continue;
    }
    if (!(stop.reason instanceof DatabaseError)) throw stop.reason;
    tell({ kind: 'stop refused', why: stop.reason.message }); // as documented: the lease runs out
  }
}
