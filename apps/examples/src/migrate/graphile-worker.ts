// #region graphile-worker
import { makeWorkerUtils, run } from 'graphile-worker';

const connectionString = process.env.DATABASE_URL as string;
const runner = await run({
  connectionString,
  noHandleSignals: true,
  crontab: '30 2 * * * emails ?id=nightly {"to":"all@example.org"}',
  taskList: {
    emails: async (payload) => {
      console.log(`mail to ${(payload as { to: string }).to}`);
    },
  },
});
const utils = await makeWorkerUtils({ connectionString });
await utils.addJob('emails', { to: 'ada@example.org' }, { maxAttempts: 3, priority: -5 });
await utils.addJob('emails', { to: 'grace@example.org' }, { runAt: new Date(Date.now() + 3_600_000) });
// #endregion graphile-worker

process.once('SIGINT', async () => {
  await utils.release();
  await runner.stop();
});
console.log('enqueued');
