import { Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region backoff

import { JobDefinition } from 'bearmq';

const callApi = new JobDefinition({
  context,
  name: 'CALL_API',
  numAttempts: 8,
  backoff: { type: 'exponential', delaySecs: 5, maxSecs: 60 * 60 }, // at most 5 s, 10 s, 20 s, … an hour
  workFunction: async (payload: { url: string }) => {
    const response = await fetch(payload.url);
    if (!response.ok) throw new Error(`the API answered ${response.status}`);
  },
});

await callApi.enqueue({ url: 'http://localhost:1/' }, { backoff: { type: 'fixed', delaySecs: 30 } }); // for this job only
// #endregion backoff

// #region backoff-function
class Busy extends Error {
  retryAfterSecs = 60;
}

const syncContact = new JobDefinition({
  context,
  name: 'SYNC_CONTACT',
  numAttempts: 20,
  workFunction: async (payload: { email: string }) => {
    console.log(`${payload.email}: the other side is busy`);
    throw new Busy();
  },
  backoff: ({ error, attempt }) => {
    if (error instanceof TypeError) return 'give-up'; // a fault of ours, which no attempt will cure
    return error instanceof Busy ? error.retryAfterSecs : 10 * attempt;
  },
});
// #endregion backoff-function

await callApi.register();
await syncContact.register();
await syncContact.enqueue({ email: 'ada@example.org' });
stopOnSignal([new Worker({ context })]);
