import { Orchestrator } from 'bearmq';
import type { Cast } from './cast.ts';
import { define, register } from './definitions.ts';
import { say } from './orders.ts';

/** Enqueues ticks, and cleans up. */
export async function orchestrate(cast: Cast): Promise<void> {
  const { context, stopped } = cast;
  const { ticks } = define(cast);
  const orchestrator = new Orchestrator({ context, jobSchedulePollSecs: 0.5, cleanUpPollSecs: 0.5 });
  say({ says: 'ready' });
  await register(ticks);
  await stopped;
  await orchestrator.stop();
}
