import { Orchestrator, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region schedules

import { JobDefinition } from 'bearmq';

const sendReport = new JobDefinition({
  context,
  name: 'NIGHTLY_REPORT',
  numAttempts: 3,
  workFunction: async (payload: { kind: string }, { tick }) => {
    console.log(`the ${payload.kind} report of ${tick?.dueAt.toISOString()}`);
  },
  schedules: [
    { key: 'nightly', cron: '30 2 * * *', timeZone: 'Europe/Berlin', payload: { kind: 'daily' } },
    { key: 'weekly', cron: '0 6 * * MON', timeZone: 'Europe/Berlin', payload: { kind: 'weekly' }, priority: -10 },
  ],
});
await sendReport.register();
// #endregion schedules

stopOnSignal([new Worker({ context }), new Orchestrator({ context })]);
