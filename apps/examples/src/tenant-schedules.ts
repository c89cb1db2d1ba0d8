import { JobDefinition, Orchestrator, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const syncTenant = new JobDefinition({
  context,
  name: 'SYNC_TENANT',
  workFunction: async (payload: { tenantId: string }, metadata) => {
    console.log(`tenant ${payload.tenantId} synced, ${metadata.tick?.origin}`);
  },
});
await syncTenant.register();

// #region tenants
async function setUpTenant(tenantId: string, timeZone: string) {
  const { nextAt } = await context.schedules.set(syncTenant, {
    key: tenantId,
    cron: '0 4 * * *',
    timeZone,
    jitterSecs: 15 * 60, // not all tenants of a zone at once
    overlap: 'skip',
    payload: { tenantId },
  });
  console.log(`tenant ${tenantId} is synced next at ${nextAt.toISOString()}`);
}

await setUpTenant('acme', 'America/New_York');
await setUpTenant('globex', 'Asia/Tokyo');

await context.schedules.trigger('SYNC_TENANT', 'acme'); // one now, besides
await context.schedules.pause('SYNC_TENANT', 'globex');
for (const { key, cron, timeZone, pausedAt } of (await context.schedules.list({ jobName: 'SYNC_TENANT' })).schedules) {
  console.log(`${key}: ${cron} in ${timeZone}${pausedAt === null ? '' : ', paused'}`);
}
await context.schedules.remove('SYNC_TENANT', 'globex');
// #endregion tenants

stopOnSignal([new Worker({ context }), new Orchestrator({ context })]);
