import { JobDefinition, logEvents, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region log-events
const stopLogging = logEvents(context, console, { level: 'warn' });
// #endregion log-events

const coin = new JobDefinition({
  context,
  name: 'LOGGED_COIN',
  workFunction: async (side: 'heads' | 'tails') => {
    if (side === 'tails') throw new Error('tails');
  },
});
await coin.register();
stopOnSignal([new Worker({ context }), { stop: async () => stopLogging() }]);
await coin.enqueue('heads');
await coin.enqueue('tails');
