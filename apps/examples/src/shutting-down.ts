import { setTimeout } from 'node:timers/promises';
import { JobDefinition } from 'bearmq';
import { context, pool } from './context.ts';

const slow = new JobDefinition({
  context,
  name: 'SLOW',
  workFunction: async () => {
    console.log('started');
    await setTimeout(500);
    console.log('finished');
  },
});
await slow.register();

// #region shutting-down
import { Orchestrator, Worker } from 'bearmq';

const worker = new Worker({ context });
const orchestrator = new Orchestrator({ context });

const shutDown = async () => {
  await Promise.all([worker.stop(), orchestrator.stop()]);
  await pool.end();
};
process.once('SIGINT', shutDown);
process.once('SIGTERM', shutDown);
// #endregion shutting-down

await slow.enqueue();
await slow.enqueue();
