// The program of a process that charges: it works until the demo says that it is to stop, or is gone.
import process from 'node:process';
import { Worker } from 'bearmq';
import pg from 'pg';
import { contextOn, defineCharge } from './charge.ts';

const slots = Number(process.env['BEARMQ_DEMO_SLOTS']);
const pool = new pg.Pool({
  connectionString: process.env['BEARMQ_DEMO_URL'],
  application_name: 'bearmq demo',
  max: slots + 4,
});
pool.on('error', () => {}); // whoever uses a connection that was cut is told

for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {}); // Ctrl-C reaches all: the demo says what follows
process.on('disconnect', () => process.exit(1));

const context = contextOn(pool);
await defineCharge(context, pool).register();
const worker = new Worker({ context, concurrency: slots });
process.on('message', async () => {
  await worker.stop();
  await pool.end();
  process.disconnect();
  process.exit(0);
});
process.send?.('ready');
