// The jobs of `pnpm dev`: some of every kind and state.
import { JobDefinition } from '@bearmq/core';

const pause = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/** The same in the program that enqueues, and in the one that works. */
export function definitionsOf(context) {
  const define = (name, workFunction, options = {}) => new JobDefinition({ context, name, workFunction, ...options });
  return {
    sendMail: define(
      'SEND_MAIL',
      async ({ to }) => {
        await pause(20 + Math.random() * 80);
        if (Math.random() < 0.08) throw new Error(`upstream answered 503 for ${to}\n    at send (mail.js:12:3)`);
      },
      { numAttempts: 3, timeoutSecs: 5 },
    ),
    syncAccount: define('SYNC_ACCOUNT', async ({ ms }, { signal }) => await pause(ms, signal)),
    alwaysFails: define(
      'IMPORT_FILE',
      ({ file }) => {
        throw new TypeError(`Cannot read properties of undefined (reading 'rows') of file ${file}`);
      },
      { numAttempts: 2, timeoutSecs: 1 },
    ),
    report: define('NIGHTLY_REPORT', async () => await pause(500), {
      schedules: [
        { key: 'nightly', cron: '30 2 * * *', timeZone: 'Europe/Berlin', payload: { kind: 'day' } },
        { key: 'often', everySecs: 20, payload: { kind: 'short' } },
      ],
    }),
    hang: define('VIDEO_ENCODE', async (_, { signal }) => await pause(3_600_000, signal)),
    unserved: define('TRAIN_MODEL', async () => {}),
  };
}

export async function seed(context, d) {
  const many = (n, make) => Array.from({ length: n }, (_, i) => make(i));
  await d.sendMail.enqueueMany(many(400, (i) => ({ payload: { to: `user${i}@example.org`, template: 'welcome' } })));
  await d.alwaysFails.enqueueMany(many(60, (i) => ({ payload: { file: `upload-${4000 + i}.csv`, bytes: i * 1024 } })));
  // A group whose holder hangs, and what waits behind it.
  await d.hang.enqueue({ video: 'intro.mov' }, { jobGroup: 'account 7', channel: 'slow' });
  await d.syncAccount.enqueueMany(
    many(49, (i) => ({ payload: { ms: 50, account: 7, n: i }, jobGroup: 'account 7', channel: 'slow' })),
  );
  for (let account = 8; account < 20; account += 1) {
    await d.syncAccount.enqueueMany(
      many(20, () => ({ payload: { ms: 200, account }, jobGroup: `account ${account}` })),
    );
  }
  const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
  await d.unserved.enqueueMany(many(12, (i) => ({ payload: { epoch: i }, channel: 'nobody', headers })));
  await d.sendMail.enqueueMany(
    many(30, (i) => ({ payload: { to: `later${i}@example.org` }, delaySecs: 600 + i * 60, priority: i % 3 })),
  );
  await d.sendMail.enqueue({ to: 'paused@example.org' }, { channel: 'newsletter' });
  await context.pause({ channel: 'newsletter' }, { reason: 'the provider is down' });
  await context.pause({ jobGroup: 'account 13' });
  const cancelled = await d.sendMail.enqueue({ to: 'nobody@example.org' }, { delaySecs: 3600 });
  await context.jobs.cancel(cancelled, { reason: 'the user has left' });
  // And some traffic, for as long as this runs.
  setInterval(() => {
    d.sendMail
      .enqueueMany(
        many(1 + Math.floor(Math.random() * 10), (i) => ({ payload: { to: `live${i}@example.org` }, channel: 'mail' })),
      )
      .catch((error) => console.error(error));
  }, 1_000).unref();
}
