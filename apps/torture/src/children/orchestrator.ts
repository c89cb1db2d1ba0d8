import { Orchestrator } from 'bearmq';
import type { Cast } from './cast.ts';
import { define, register } from './definitions.ts';
import { say } from './orders.ts';

/** Enqueues ticks, and cleans up. */
export async function orchestrate({ context, tell, stopped }: Cast): Promise<void> {
  const { tick } = define(context, tell);
  const orchestrator = new Orchestrator({ context, jobSchedulePollSecs: 0.5, cleanUpPollSecs: 0.5 });
  say({ says: 'ready' });
  await register([tick]);
  await stopped;
  await orchestrator.stop();
}
