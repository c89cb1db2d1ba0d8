import { JobDefinition, Worker } from 'bearmq';
import { pool } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region poll

import { Context } from 'bearmq';

const context = new Context({ pool, schema: '_bearmq', wakeUp: 'poll' });

// #endregion poll

// #region prepare

import { pgDriver } from 'bearmq';

const pooled = new Context({ driver: pgDriver({ pool, prepare: 'never' }), schema: '_bearmq' });
// #endregion prepare

for (const [name, each] of Object.entries({ POLLED: context, UNPREPARED: pooled })) {
  const job = new JobDefinition({ context: each, name, workFunction: async () => console.log(`${name} ran`) });
  await job.register();
  await job.enqueue();
}
stopOnSignal([new Worker({ context }), new Worker({ context: pooled })]);
