import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { type } from 'arktype';
import { InvalidOptionError, JobDefinition, PayloadError } from 'bearmq';
import * as v from 'valibot';
import { z } from 'zod';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';

const schema = useSchema();
const daemons = useDaemons();

const waiting = (...names: readonly string[]) =>
  schema.value('select count(*)::int from {s}.job where name = any ($1)', [names]);
const SCHEMAS = {
  zod: z.object({ to: z.string().min(1), at: z.string().transform((text) => new Date(text)) }),
  valibot: v.object({
    to: v.pipe(v.string(), v.minLength(1)),
    at: v.pipe(
      v.string(),
      v.transform((text) => new Date(text)),
    ),
  }),
  arktype: type({ to: 'string > 0', at: type('string').pipe((text) => new Date(text)) }),
} as const;

describe.each(Object.entries(SCHEMAS))('a payload schema of %s', (name, payloadSchema) => {
  it('checks what is enqueued, stores it as given, and gives the work function what it makes of it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const seen: unknown[] = [];
    const definition = new JobDefinition({
      context,
      name,
      payloadSchema: payloadSchema as (typeof SCHEMAS)['zod'],
      workFunction: ({ to, at }) => void seen.push([to, at.getTime()]),
    });
    await definition.register();
    const error = (await rejectionOf(definition.enqueue({ to: '', at: 'x' }))) as PayloadError;
    expect(error).toBeInstanceOf(PayloadError);
    expect(error.message).toContain(`the payload for "${name}" does not fit its payloadSchema: to: `);
    expect(error.issues).toEqual([{ path: 'to', message: expect.any(String) }]);
    const at = '2030-01-01T00:00:00.000Z';
    const items = [{ payload: { to: 'a', at } }, { payload: { to: '', at } }];
    expect(await rejectionOf(definition.enqueueMany(items))).toMatchObject({ item: 1, issues: [{ path: 'to' }] });
    expect(await waiting(name)).toBe(0);
    const jobId = await definition.enqueue({ to: 'ada', at });
    expect(await schema.value('select payload from {s}.job where id = $1', [jobId])).toEqual({ to: 'ada', at });
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(seen).toEqual([['ada', Date.parse(at)]]);
  });
});

describe('a payload schema', () => {
  it('that finds a stored payload wrong ends the job at once, with the place, whatever attempts are left', async () => {
    const jobId = await new JobDefinition<unknown>({ context: schema.context(), name: 'OLD', numAttempts: 5 }).enqueue({
      lines: [{ price: 1 }, { price: 'two' }],
    });
    const context = schema.context();
    const events = logEvents(context);
    let runs = 0;
    await new JobDefinition({
      context,
      name: 'OLD',
      payloadSchema: z.object({ lines: z.array(z.object({ price: z.number() })) }),
      workFunction: () => {
        runs += 1;
      },
    }).register();
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(runs).toBe(0);
    const [{ error }] = events.of('WORKER_JOB_RUN_ERROR', jobId) as never as [{ error: PayloadError }];
    expect(error.issues).toEqual([{ path: 'lines[1].price', message: expect.any(String) }]);
    expect(await schema.value('select error from {s}.finalized_job where id = $1', [jobId])).toContain(
      'does not fit its payloadSchema: lines[1].price: ',
    );
  });

  it('may be asynchronous, and one that throws is an error with its reason', async () => {
    const context = schema.context();
    const slow = new JobDefinition({
      context,
      name: 'SLOW',
      payloadSchema: z.object({ id: z.number().refine(async (id) => (await Promise.resolve(id)) > 0) }),
    });
    await expect(slow.enqueue({ id: 0 })).rejects.toThrow('does not fit');
    await slow.enqueueMany([{ payload: { id: 1 } }, { payload: { id: 2 } }]);
    const throwing = z.number().transform(() => {
      throw new Error('no rates today');
    });
    const broken = new JobDefinition({ context, name: 'BROKEN', payloadSchema: throwing });
    await expect(broken.enqueue(1)).rejects.toThrow('could not be checked by its payloadSchema: no rates today');
    expect(await waiting('SLOW', 'BROKEN')).toBe(2);
  });

  it('does not mistake an error of the work function for a payload that is wrong', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const other = new JobDefinition({ context, name: 'OTHER', payloadSchema: z.number() });
    let attempts = 0;
    const definition = new JobDefinition({
      context,
      name: 'CALLS_OTHER',
      numAttempts: 2,
      timeoutSecs: 0,
      payloadSchema: z.null(),
      workFunction: async () => {
        attempts += 1;
        await other.enqueue('no number' as never);
      },
    });
    await definition.register();
    daemons.worker(context);
    const jobId = await definition.enqueue(null);
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(attempts).toBe(2);
  });

  it.each([7, {}, { '~standard': { version: 2, validate: () => {} } }, { '~standard': { version: 1 } }])(
    'is refused where it is none: %p',
    (payloadSchema) => {
      const make = () =>
        new JobDefinition({ context: schema.context(), name: 'A', payloadSchema: payloadSchema as never });
      expect(make).toThrow(InvalidOptionError);
      expect(make).toThrow('JobDefinition.payloadSchema must be a schema of a library that follows Standard Schema 1');
    },
  );
});
