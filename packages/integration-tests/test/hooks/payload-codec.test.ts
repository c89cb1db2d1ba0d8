import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { type FailedJob, JobDefinition, type PayloadCodec, PayloadError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/** AES-256-GCM, bound to the job's id. */
function encrypting(key: Buffer): PayloadCodec {
  return {
    encode: (payload, { jobId }) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(jobId));
      const text = Buffer.concat([cipher.update(JSON.stringify(payload)), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64');
    },
    decode: async (stored, { jobId }) => {
      const bytes = Buffer.from(stored as string, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAAD(Buffer.from(jobId)).setAuthTag(bytes.subarray(12, 28));
      return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString());
    },
  };
}

const storedOf = (jobId: string) => schema.value('select payload::text from {s}.job where id = $1', [jobId]);

describe('a payload codec', () => {
  it('makes what is stored, and the work function gets what was enqueued; groups are made of the plain payload', async () => {
    const context = schema.context({ payloadCodec: encrypting(randomBytes(32)) });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<{ secret: string }>(context, 'SECRET', () => {}, {
      jobGroupGenerator: ({ secret }) => secret.slice(0, 1),
    });
    const one = await definition.enqueue({ secret: 'ada' });
    const many = await definition.enqueueMany([{ payload: { secret: 'bob' } }, { payload: { secret: 'eve' } }]);
    for (const id of [one, ...many]) expect(await storedOf(id)).toMatch(/^"[A-Za-z0-9+/=]+"$/);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
    const seen = runs.map(({ payload, metadata }) => [payload.secret, metadata.jobGroup]);
    expect(seen.sort()).toEqual([
      ['ada', 'a'],
      ['bob', 'b'],
      ['eve', 'e'],
    ]);
  });

  it('decodes what has replaced the payload of a unique job, told of the id that it was encoded with', async () => {
    const context = schema.context({ payloadCodec: encrypting(randomBytes(32)) });
    context.use({
      name: 'tracing',
      enqueue: async (jobs, next) => {
        for (const { headers, jobId } of jobs) headers['enqueued as'] = jobId;
        await next();
      },
    });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<{ secret: string }>(context, 'REPLACED', () => {}, {
      unique: { key: 'K', until: 'started', onConflict: 'replace' },
    });
    const jobId = await definition.enqueue({ secret: 'ada' });
    expect(await definition.submit({ secret: 'bob' })).toEqual({ jobId, outcome: 'replaced' });
    expect((await definition.submitMany([{ payload: { secret: 'eve' } }]))[0]).toEqual({ jobId, outcome: 'replaced' });
    expect(await definition.checkWaiting()).toEqual([]);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.map(({ payload }) => payload)).toEqual([{ secret: 'eve' }]);
    expect(runs[0]?.metadata.headers['enqueued as']).not.toBe(jobId);
  });

  it('may come while jobs wait that were stored without it', async () => {
    const before = new JobDefinition<string>({ context: schema.context(), name: 'EARLIER' });
    const jobId = await before.enqueue('plain');
    const context = schema.context({ payloadCodec: encrypting(randomBytes(32)) });
    const events = logEvents(context);
    const { runs } = await notedJob<string>(context, 'EARLIER');
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs.map(({ payload }) => payload)).toEqual(['plain']);
  });

  it('that throws refuses the enqueue; at a run it is a failed attempt, and the next may do better', async () => {
    let failures = 1;
    const codec: PayloadCodec = {
      encode: (payload) => {
        if (payload === 'refused') throw new Error('no key for that');
        return { wrapped: payload };
      },
      decode: (stored) => {
        failures -= 1;
        if (failures >= 0) throw new Error('the key server is away');
        return (stored as { wrapped: unknown }).wrapped;
      },
    };
    const context = schema.context({ payloadCodec: codec });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(context, 'MOODY', () => {}, { numAttempts: 2, timeoutSecs: 0 });
    await expect(definition.enqueue('refused')).rejects.toThrow('no key for that');
    await expect(definition.enqueueMany([{ payload: 'fine' }, { payload: 'refused' }])).rejects.toThrow('no key');
    expect(await schema.value('select count(*)::int from {s}.job where name = $1', ['MOODY'])).toBe(0);
    daemons.worker(context);
    const jobId = await definition.enqueue('taken');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId)).toMatchObject([{ error: new Error('the key server is away') }]);
    expect(runs.map(({ payload, metadata }) => [payload, metadata.attempt])).toEqual([['taken', 2]]);
  });

  it('decodes the payload of a job that has failed for the one that tells of it, and for its group', async () => {
    const context = schema.context({ payloadCodec: encrypting(randomBytes(32)) });
    const tell = await notedJob<FailedJob<{ secret: string }>>(context, 'TELL', () => {}, {
      jobGroupGenerator: ({ payload }) => payload.secret,
    });
    const failing = () => Promise.reject(new Error('no'));
    const { definition } = await notedJob<{ secret: string }>(context, 'FAILING', failing, {
      onFailure: tell.definition,
    });
    daemons.worker(context);
    const jobId = await definition.enqueue({ secret: 'ada' }, { jobGroup: 'own', headers: { trace: 't' } });
    await until('it is told of', () => tell.runs.length === 1);
    expect(tell.runs[0]).toMatchObject({
      payload: { jobId, payload: { secret: 'ada' } },
      metadata: { jobGroup: 'ada' },
    });
    const told = 'select payload::text from {s}.finalized_job where name = $1';
    await until('it is over', async () => (await schema.rows(told, ['TELL'])).length === 1);
    expect(await schema.value(told, ['TELL'])).not.toContain('ada');
  });

  it('that fails has a failure told of without a group: there is nothing that one could be made of', async () => {
    const context = schema.context({
      payloadCodec: { encode: (payload) => ({ wrapped: payload }), decode: () => Promise.reject(new Error('no key')) },
    });
    const events = logEvents(context);
    const tell = await notedJob<FailedJob<string>>(context, 'TELL OF IT', () => {}, {
      jobGroupGenerator: ({ payload }) => payload,
    });
    const { definition } = await notedJob<string>(context, 'UNREADABLE', () => {}, { onFailure: tell.definition });
    daemons.worker(context);
    const jobId = await definition.enqueue('x');
    const [expired] = await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    const failureJobId = expired?.failureJobId ?? '';
    // Its run cannot decode it either.
    const [failed] = await events.waitFor('WORKER_JOB_EXPIRE', { jobId: failureJobId });
    expect(failed).toMatchObject({ jobGroup: expect.stringMatching(/^[0-9a-f-]{36}$/), error: { message: 'no key' } });
    expect(events.of('WARNING')).toEqual([]);
  });

  it('that makes what JSON cannot hold is refused with the place of the job', async () => {
    const context = schema.context({ payloadCodec: { encode: () => 1n, decode: () => 1 } });
    const definition = new JobDefinition<number>({ context, name: 'NOTHING' });
    expect(await rejectionOf(definition.enqueueMany([{ payload: 1 }, { payload: 2 }]))).toBeInstanceOf(PayloadError);
    await expect(definition.enqueue(1)).rejects.toThrow('the payload for "NOTHING"');
  });

  it('that returns nothing is told so, with the place of the job', async () => {
    const codec = { encode: () => undefined, decode: (stored: unknown) => stored } as PayloadCodec;
    const definition = new JobDefinition<number>({ context: schema.context({ payloadCodec: codec }), name: 'NOTHING' });
    const problem = 'became undefined in payloadCodec.encode: return what is to be stored, or null';
    expect(await rejectionOf(definition.enqueue(1))).toMatchObject({ name: 'PayloadError', problem, item: undefined });
    const two = definition.enqueueMany([{ payload: 1 }, { payload: 2 }]);
    expect(await rejectionOf(two)).toMatchObject({ name: 'PayloadError', problem, item: 0 });
  });
});
