import { Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region payload-schema

import { JobDefinition, PayloadError } from 'bearmq';
import { z } from 'zod';

const sendReminder = new JobDefinition({
  context,
  name: 'SEND_REMINDER',
  payloadSchema: z.object({ to: z.email(), due: z.iso.date().transform((text) => new Date(text)) }),
  workFunction: async ({ to, due }) => {
    console.log(`reminder to ${to}: due in ${due.getUTCFullYear()}`); // due is a Date here
  },
});
await sendReminder.register();
await sendReminder.enqueue({ to: 'ada@example.org', due: '2040-12-31' }); // and a text here

try {
  await sendReminder.enqueue({ to: 'nobody', due: '2040-12-31' });
} catch (error) {
  if (!(error instanceof PayloadError)) throw error;
  for (const { path, message } of error.issues) console.log(`refused: ${path}: ${message}`);
}
// #endregion payload-schema

// #region payload-version

const sendBill = new JobDefinition({
  context,
  name: 'SEND_BILL',
  payloadVersion: 2,
  upcast: { 1: (old: { euros: number }) => ({ cents: old.euros * 100 }) },
  workFunction: async (payload: { cents: number }) => {
    console.log(`billed: ${payload.cents} cents`);
  },
});
await sendBill.register();
for (const { jobId, problem } of await sendBill.checkWaiting()) console.log(`${jobId}: the payload ${problem}`);
// #endregion payload-version

const ofTheLastRelease = new JobDefinition<{ euros: number }>({ context, name: 'SEND_BILL' });
await ofTheLastRelease.enqueue({ euros: 7 });
stopOnSignal([new Worker({ context })]);
