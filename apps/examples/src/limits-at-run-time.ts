import { JobDefinition } from 'bearmq';
import { context, pool } from './context.ts';

const pushOrder = new JobDefinition({
  context,
  name: 'PUSH_ORDER',
  rateLimit: { max: 10, perSecs: 1 },
  workFunction: async (payload: { order: number }) => {
    console.log(`order ${payload.order} pushed`);
  },
});
await pushOrder.register();

// #region limits-at-run-time
await context.limits.set({ jobName: 'PUSH_ORDER' }, { rateLimit: { max: 2, perSecs: 1 } }); // the shop has trouble
await context.limits.set({ channel: 'REPORTS' }, { concurrency: 30 });
await context.limits.set({ jobGroup: 'tenant 7' }, { groupConcurrency: 5, groupRateLimit: { max: 100, perSecs: 60 } });

const { limits } = await context.limits.list();
for (const limit of limits) console.log(limit); // { channel: 'REPORTS', concurrency: 30, origin: 'api' }, …

await context.limits.set({ channel: 'REPORTS' }, null); // no limit any more
// #endregion limits-at-run-time

await pool.end();
