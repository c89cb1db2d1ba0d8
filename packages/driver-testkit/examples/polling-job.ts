import { Context, JobDefinition, Worker } from '@bearmq/core';
import { migrate } from '@bearmq/migrations';
import { Pool } from 'pg';
import { pollingDriver } from './polling-driver.ts';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const driver = pollingDriver(pool);
await migrate({ driver, schema: 'polling_driver' });
const context = new Context({ driver, schema: 'polling_driver', wakeUp: 'poll' });

let tellDone = () => {};
const done = new Promise<void>((resolve) => {
  tellDone = resolve;
});
const greet = new JobDefinition({
  context,
  name: 'GREET',
  workFunction: (payload: { name: string }) => {
    console.log(`Hello, ${payload.name}!`);
    tellDone();
  },
});
await greet.register();
await greet.enqueue({ name: 'Ada' });

const worker = new Worker({ context });
await done;
await worker.stop();
await driver.close();
await pool.end();
