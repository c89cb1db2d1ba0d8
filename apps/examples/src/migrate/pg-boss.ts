// #region pg-boss
import { PgBoss } from 'pg-boss';

const boss = new PgBoss(process.env.DATABASE_URL as string);
boss.on('error', console.error);
await boss.start();
await boss.createQueue('emails', { retryLimit: 2, retryDelay: 60 });

await boss.work<{ to: string }>('emails', async ([job]) => {
  console.log(`mail to ${job?.data.to}`);
});
await boss.send('emails', { to: 'ada@example.org' }, { priority: 5 });
await boss.send('emails', { to: 'grace@example.org' }, { startAfter: 3600 });
await boss.schedule('emails', '30 2 * * *', { to: 'all@example.org' }, { tz: 'Europe/Berlin' });
// #endregion pg-boss

process.once('SIGINT', () => boss.stop());
console.log('enqueued');
