import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/** A server that never answers. */
const fetch = (_url: string, { signal }: { signal: AbortSignal }) =>
  new Promise<never>((_resolve, reject) => {
    console.log('asked');
    signal.addEventListener('abort', () => reject(signal.reason));
  });

// #region time-limits
import { JobDefinition } from 'bearmq';

const mirror = new JobDefinition({
  context,
  name: 'MIRROR',
  numAttempts: 3,
  maxRunSecs: 60,
  workFunction: async (payload: { url: string }, { signal }) => {
    const response = await fetch(payload.url, { signal });
    await keep(payload.url, response);
  },
});

await mirror.enqueue({ url: 'https://example.org/small' }, { maxRunSecs: 0.5 }); // for this job only
// #endregion time-limits

async function keep(_url: string, _response: unknown): Promise<void> {}

import { Worker } from 'bearmq';

await mirror.register();
context.addEventHandler((event) => {
  if (event.eventType === 'WORKER_JOB_RUN_ERROR') console.log(String(event.error));
});
stopOnSignal([new Worker({ context })]);
