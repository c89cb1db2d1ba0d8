import { pool } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region payload-codec

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Context, JobDefinition, Worker } from 'bearmq';

// The newest key encrypts, all of them decrypt. For a new one: deploy it among the others first, then as the newest.
const newest = { id: '2031', key: randomBytes(32) };
const keys = [newest, { id: '2030', key: randomBytes(32) }];

const context = new Context({
  pool,
  schema: '_bearmq',
  payloadCodec: {
    encode(payload, { jobId }) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', newest.key, iv).setAAD(Buffer.from(jobId)); // no payload of another job
      const text = Buffer.concat([cipher.update(JSON.stringify(payload)), cipher.final()]);
      return { keyId: newest.id, data: Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64') };
    },
    decode(stored, { jobId }) {
      const { keyId, data } = stored as { keyId: string; data: string };
      const found = keys.find(({ id }) => id === keyId);
      if (found === undefined) throw new Error(`there is no key ${keyId} here`); // a failed attempt: the next may have it
      const bytes = Buffer.from(data, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', found.key, bytes.subarray(0, 12)).setAAD(Buffer.from(jobId));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8'));
    },
  },
});
// #endregion payload-codec

const callCustomer = new JobDefinition({
  context,
  name: 'CALL_CUSTOMER',
  workFunction: async (payload: { phone: string }) => console.log(`called ${payload.phone}`),
});
await callCustomer.register();
await callCustomer.enqueue({ phone: '030 12345' });
stopOnSignal([new Worker({ context })]);
