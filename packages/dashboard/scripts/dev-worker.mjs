// The Workers of `pnpm dev`: they take what definitions make, but not the channel `nobody`.
import process from 'node:process';
import { Context, Worker } from '@bearmq/core';
import { pgDriver } from '@bearmq/driver-pg';
import pg from 'pg';
import { definitionsOf } from './dev-jobs.mjs';

const [, , url, schema] = process.argv;
const pool = new pg.Pool({ connectionString: url, max: 8 });
const driver = pgDriver({ pool });
const context = new Context({ driver, schema, release: 'dev-1' });
for (const definition of Object.values(definitionsOf(context))) await definition.register();
const workers = [
  new Worker({ context, concurrency: 4, channels: ['DEFAULT', 'mail'] }),
  new Worker({ context, concurrency: 2, channels: ['slow'] }),
];
process.once('SIGTERM', async () => {
  await Promise.all(workers.map((worker) => worker.stop({ waitSecs: 1 })));
  await driver.close();
  await pool.end();
  process.exit();
});
