import { JobDefinition, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region events
const removeHandler = context.addEventHandler((event) => {
  switch (event.eventType) {
    case 'WORKER_JOB_RUN_SUCCESS':
      console.log(`${event.jobName} took ${event.durationMs} ms`);
      break;
    case 'WORKER_JOB_RUN_ERROR':
      console.error(`${event.jobName} failed in attempt ${event.attempt}`, event.error);
      break;
    case 'DAEMON_ERROR':
      console.error(`the ${event.daemon} failed ${event.failures} times in a row`, event.error);
      break;
    default:
  }
});
// #endregion events

const coin = new JobDefinition({
  context,
  name: 'COIN',
  workFunction: async (side: 'heads' | 'tails') => {
    if (side === 'tails') throw new Error('tails');
  },
});
await coin.register();
stopOnSignal([new Worker({ context }), { stop: async () => removeHandler() }]);
await coin.enqueue('heads');
await coin.enqueue('tails');
