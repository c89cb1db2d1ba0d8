// A process of a figure: a worker, a producer or an orchestrator, at default settings but for those that it is told.
import { Context, Orchestrator, Worker } from 'bearmq';
import pg from 'pg';
import { openLedger } from '../../ledger/ledger-file.ts';
import { SCHEMA } from '../../settings.ts';
import type { ActorConfig, ActorOrder, ActorTelling } from './config.ts';
import { defineJob, say } from './definition.ts';
import { produce } from './produce.ts';

const config = JSON.parse(process.argv[2] ?? '{}') as ActorConfig;
const { name, role, url, ledger, settings, channels, concurrency } = config;
process.once('disconnect', () => process.exit(1)); // without the run there is nobody to live for

const pool = new pg.Pool({ connectionString: url, application_name: name });
pool.on('error', () => {}); // idle connections that are cut: the next statement gets another
const context = new Context({ pool, schema: SCHEMA, ...settings });
const job = defineJob(context, openLedger<ActorTelling>(ledger, name));

const workers: Worker[] = [];
let isOver = false;
const stopped = new Promise<void>((resolve) => {
  process.on('message', (order: ActorOrder) => {
    switch (order.to) {
      case 'stop':
        isOver = true;
        return resolve();
      case 'take':
        workers.push(new Worker({ context, channels: [order.channel] }));
        return;
      case 'weigh':
        void say({ says: 'weight', rssBytes: process.memoryUsage.rss() });
        return;
    }
  });
});

await job.register();
if (role === 'worker') workers.push(new Worker({ context, channels, concurrency }));
const orchestrator = role === 'orchestrator' ? new Orchestrator({ context }) : undefined;
await say({ says: 'ready' });
if (role === 'producer') await produce(job, config, () => isOver);
await stopped;
await Promise.all([...workers.map((worker) => worker.stop()), orchestrator?.stop()]);
await pool.end();
process.removeAllListeners('disconnect');
process.disconnect();
