// #region bearmq
import { Context, JobDefinition, Orchestrator, Worker } from 'bearmq';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const context = new Context({ pool, schema: '_bearmq' });
const sendEmail = new JobDefinition({
  context,
  name: 'SEND_EMAIL',
  numAttempts: 3,
  timeoutSecs: 60, // between two attempts
  workFunction: async (payload: { to: string }) => console.log(`mail to ${payload.to}`),
  schedules: [{ key: 'nightly', cron: '30 2 * * *', timeZone: 'Europe/Berlin', payload: { to: 'all@example.org' } }],
});
await sendEmail.register();
const worker = new Worker({ context, concurrency: 10 });
const orchestrator = new Orchestrator({ context });

await sendEmail.enqueue({ to: 'ada@example.org' }, { priority: 5 });
await sendEmail.enqueue({ to: 'grace@example.org' }, { delaySecs: 3600 });
// #endregion bearmq

process.once('SIGINT', async () => {
  await Promise.all([worker.stop(), orchestrator.stop()]);
  await pool.end();
});
console.log('enqueued');
