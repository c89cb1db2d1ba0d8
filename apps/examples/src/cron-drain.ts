// #region cron-drain
import { Context, drain, JobDefinition } from 'bearmq';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const context = new Context({ pool, schema: '_bearmq' });
const sendReport = new JobDefinition({
  context,
  name: 'SEND_REPORT',
  schedules: [{ key: 'hourly', cron: '0 * * * *', payload: null }],
  workFunction: async () => {
    console.log('report sent');
  },
});
await sendReport.register();

// Started once a minute by cron: what is due of the schedules is enqueued, and what is ready is run.
const { ran, failed, left, nextDueInSecs } = await drain({ context, maxSecs: 50, schedules: 'fire' });
console.log(`${ran} runs, ${failed} failed, left: ${left}, next in ${nextDueInSecs} s`);
await pool.end();
// #endregion cron-drain
