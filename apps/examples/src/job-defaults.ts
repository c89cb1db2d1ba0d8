import { JobDefinition, Worker } from 'bearmq';
import { pool } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region job-defaults

import { Context } from 'bearmq';

const context = new Context({
  pool,
  schema: '_bearmq',
  jobDefaults: { numAttempts: 5, backoff: { type: 'exponential', delaySecs: 1 }, maxRunSecs: 60 },
});
// #endregion job-defaults

const patient = new JobDefinition({
  context,
  name: 'PATIENT',
  workFunction: async (_: null, { numAttempts }) => console.log(`patient: ${numAttempts} attempts`),
});
const hasty = new JobDefinition({
  context,
  name: 'HASTY',
  numAttempts: 2,
  workFunction: async (_: null, { numAttempts }) => console.log(`hasty: ${numAttempts} attempts`),
});
for (const definition of [patient, hasty]) await definition.register();
stopOnSignal([new Worker({ context })]);
await patient.enqueue();
await hasty.enqueue();
await hasty.enqueue(null, { numAttempts: 1 });
