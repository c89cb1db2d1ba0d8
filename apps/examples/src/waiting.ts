import { JobDefinition } from 'bearmq';
import { context, pool } from './context.ts';

// Nobody has it registered.
const forgotten = new JobDefinition({ context, name: 'FORGOTTEN', workFunction: async () => {} });
await forgotten.enqueueMany([{}, {}]);

// #region waiting
const { rows } = await pool.query(
  `select name, channel, count(*)::int as jobs, min(enqueued_at) as since
   from "_bearmq".job where state = 'ready' group by name, channel order by since`,
);
for (const { name, channel, jobs, since } of rows) console.log(`${jobs} of ${name} in ${channel} wait since`, since);
// #endregion waiting

await pool.end();
