import { JobDefinition, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region debounce
// Debounce: 10 seconds after the last keystroke, but no later than a minute after the first one.
const saveDraft = new JobDefinition({
  context,
  name: 'SAVE_DRAFT',
  delaySecs: 10,
  unique: {
    key: (payload: { draftId: number; text: string }) => `draft ${payload.draftId}`,
    until: 'started',
    onConflict: 'restart',
    maxRestartSecs: 60,
  },
  workFunction: ({ draftId, text }: { draftId: number; text: string }) => console.log(`draft ${draftId}: ${text}`),
});
// #endregion debounce

// #region throttle
// Throttle: at most one a minute for each user, and what comes between is dropped.
const sendAlert = new JobDefinition({
  context,
  name: 'SEND_ALERT',
  unique: { key: (payload: { userId: number }) => `user ${payload.userId}`, until: 'started', forSecs: 60 },
  workFunction: ({ userId }: { userId: number }) => console.log(`user ${userId} alerted`),
});
// #endregion throttle

// #region latest-wins
// One runs, and one waits with the latest.
const syncAccount = new JobDefinition({
  context,
  name: 'SYNC_ACCOUNT',
  jobGroupGenerator: ({ accountId }) => `account ${accountId}`,
  unique: {
    key: (payload: { accountId: number; revision: number }) => `account ${payload.accountId}`,
    until: 'started',
    onConflict: 'replace',
  },
  workFunction: async ({ accountId, revision }: { accountId: number; revision: number }) => {
    console.log(`account ${accountId} at revision ${revision}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  },
});
// #endregion latest-wins

// #region webhook
// A webhook that is delivered twice is worked off once: the sender's id is the key, for a day.
const takePayment = new JobDefinition({
  context,
  name: 'TAKE_PAYMENT',
  numAttempts: 5,
  unique: { key: (payload: { eventId: string }) => payload.eventId, until: 'finished', forSecs: 86_400 },
  workFunction: ({ eventId }: { eventId: string }) => console.log(`payment ${eventId} taken`),
});

/** Behind the route that the sender calls, before it is answered with 200. */
async function receive(event: { id: string }) {
  return await takePayment.submit({ eventId: event.id });
}
// #endregion webhook

for (const text of ['B', 'Be', 'Bear']) await saveDraft.enqueue({ draftId: 1, text });
await sendAlert.enqueue({ userId: 1 });
const first = await receive({ id: 'evt_1' });

await Promise.all([saveDraft, sendAlert, syncAccount, takePayment].map((definition) => definition.register()));
const worker = new Worker({ context, concurrency: 4 });
stopOnSignal([worker]);

await syncAccount.enqueue({ accountId: 1, revision: 1 });
const isDone = new Promise<void>((resolve) => {
  let isAlerted = false;
  let isTaken = false;
  context.addEventHandler((event) => {
    if (event.eventType !== 'WORKER_JOB_RUN_SUCCESS') return;
    if (event.jobName === 'SEND_ALERT') isAlerted = true;
    if (event.jobName === 'TAKE_PAYMENT') isTaken = true;
    if (isAlerted && isTaken) resolve();
  });
});
for (let revision = 2; revision <= 4; revision += 1) await syncAccount.enqueue({ accountId: 1, revision });
await isDone;
const again = await receive({ id: 'evt_1' });
console.log(`delivered again: ${again.outcome}, ${again.jobId === first.jobId ? 'the same job' : 'another job'}`);
console.log(`alerted again: ${(await sendAlert.submit({ userId: 1 })).outcome}`);
