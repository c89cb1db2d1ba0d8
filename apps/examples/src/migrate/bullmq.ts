// #region bullmq
import { Queue, Worker } from 'bullmq';

const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT ?? 6379), maxRetriesPerRequest: null };
const queue = new Queue<{ to: string }>('emails', {
  connection,
  defaultJobOptions: { attempts: 3, backoff: { type: 'fixed', delay: 60_000 } },
});
const worker = new Worker<{ to: string }>('emails', async ({ data }) => console.log(`mail to ${data.to}`), {
  connection,
  concurrency: 10,
});
await queue.add('email', { to: 'ada@example.org' }, { priority: 1 });
await queue.add('email', { to: 'grace@example.org' }, { delay: 3_600_000 });
await queue.upsertJobScheduler(
  'nightly',
  { pattern: '30 2 * * *', tz: 'Europe/Berlin' },
  { name: 'email', data: { to: 'all@example.org' } },
);
// #endregion bullmq

process.once('SIGINT', async () => {
  await worker.close();
  await queue.close();
});
console.log('enqueued');
