import { Orchestrator, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region repeating

import { JobDefinition } from 'bearmq';

const refreshRates = new JobDefinition({
  context,
  name: 'REFRESH_RATES',
  repeatSecs: 60,
  workFunction: async () => {
    console.log('rates refreshed');
  },
});
await refreshRates.register();
// #endregion repeating

stopOnSignal([new Worker({ context }), new Orchestrator({ context })]);
