import { JobDefinition, Orchestrator, Worker } from 'bearmq';
import { pool } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region maintenance

import { Context } from 'bearmq';

const context = new Context({
  pool,
  schema: '_bearmq',
  jobPostFinalizeDeleteSecs: 60 * 60,
  jobPostFailDeleteSecs: 14 * 24 * 60 * 60,
});
// #endregion maintenance

const job = new JobDefinition({
  context,
  name: 'SOON_FORGOTTEN',
  workFunction: async (what: 'works' | 'fails') => {
    if (what === 'fails') throw new Error('fails');
  },
});
await job.register();
context.addEventHandler((event) => console.log(event.eventType));
stopOnSignal([new Worker({ context }), new Orchestrator({ context, cleanUpPollSecs: 0.5 })]);
await job.enqueue('works');
await job.enqueue('fails');
