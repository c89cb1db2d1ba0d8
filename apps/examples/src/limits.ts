import { setTimeout } from 'node:timers/promises';
import { Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const shop = {
  push: async (order: number) => {
    console.log(`order ${order} pushed at ${Date.now()}`);
  },
};
let running = 0;

async function convert(video: number) {
  running += 1;
  console.log(`video ${video}: ${running} at a time`);
  await setTimeout(30);
  running -= 1;
}

async function report(tenant: string, nth: number) {
  console.log(`${tenant}: report ${nth}`);
  await setTimeout(5);
}

// #region fair-tenants
import { JobDefinition } from 'bearmq';

const makeReport = new JobDefinition({
  context,
  name: 'MAKE_REPORT',
  groupConcurrency: 3, // of each tenant
  workFunction: async (payload: { tenant: string; nth: number }) => {
    await report(payload.tenant, payload.nth);
  },
  jobGroupGenerator: (payload) => payload.tenant,
});

await context.limits.set({ jobGroup: 'gold' }, { groupConcurrency: 10, weight: 2 }); // pays for more
// #endregion fair-tenants

// #region rate-limit
const pushOrder = new JobDefinition({
  context,
  name: 'PUSH_ORDER',
  rateLimit: { max: 10, perSecs: 1 }, // the shop's API takes no more, from all of our processes together
  workFunction: async (payload: { order: number }) => {
    await shop.push(payload.order);
  },
});
// #endregion rate-limit

// #region fleet-limit
const convertVideo = new JobDefinition({
  context,
  name: 'CONVERT_VIDEO',
  concurrency: 5, // in all processes together
  workFunction: async (payload: { video: number }) => {
    await convert(payload.video);
  },
});
// #endregion fleet-limit

const definitions = [makeReport, pushOrder, convertVideo];
for (const definition of definitions) await definition.register();

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
await makeReport.enqueueMany(numbers(60).map((nth) => ({ payload: { tenant: 'whale', nth } })));
await makeReport.enqueueMany(['gold', 'small'].map((tenant) => ({ payload: { tenant, nth: 1 } })));
await pushOrder.enqueueMany(numbers(12).map((order) => ({ payload: { order } })));
await convertVideo.enqueueMany(numbers(20).map((video) => ({ payload: { video } })));
stopOnSignal([new Worker({ context, concurrency: 20 }), new Worker({ context, concurrency: 20 })]);
