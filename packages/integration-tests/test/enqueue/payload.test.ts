import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { JobDefinition, PayloadError } from 'bearmq';
import fc from 'fast-check';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

describe('a payload that would not survive JSON', () => {
  const cycle: Record<string, unknown> = { deep: {} };
  cycle['deep'] = { back: cycle };
  const refused: readonly [string, unknown, RegExp][] = [
    ['a cycle', cycle, /refers to itself/],
    ['a bigint', { n: 1n }, /bigint/],
    ['a function', { f: () => {} }, /function at payload\.f/],
    ['a symbol', { s: Symbol('s') }, /symbol at payload\.s/],
    ['a function in a list', [() => {}], /function at payload\[0\]/],
    ['a NUL character', { text: 'a\0b' }, /NUL/],
    ['a NUL character in a key', { 'a\0b': 1 }, /NUL/],
    ['half a surrogate pair', { text: 'a\ud83d' }, /surrogate/],
    ['the other half', { list: ['\udc3b'] }, /surrogate/],
    ['NaN', { a: { b: [0, Number.NaN] } }, /NaN at payload\.a\.b\[1\]/],
    ['an infinite number', Number.NEGATIVE_INFINITY, /-Infinity at payload/],
    ['undefined in a list', { a: [1, undefined] }, /undefined at payload\.a\[1\]/],
    ['a hole in a list', { a: new Array(2) }, /undefined at payload\.a\[0\]/],
    ['a Map', { m: new Map([[1, 2]]) }, /Map at payload\.m/],
    ['a Set', new Set([1]), /Set at payload/],
    ['a function alone', () => {}, /is function/],
    [
      'an object that throws when it is read',
      {
        get it() {
          throw new Error('no');
        },
      },
      /cannot be turned into JSON: no/,
    ],
  ];

  it.each(refused)('is refused, and the place named: %s', async (_what, payload, message) => {
    const definition = new JobDefinition<unknown>({
      context: schema.context(),
      name: 'REFUSED',
      workFunction: () => {},
    });
    const error = await rejectionOf(definition.enqueue(payload));
    expect(error).toBeInstanceOf(PayloadError);
    expect(error).toMatchObject({ code: 'BEAR_PAYLOAD', jobName: 'REFUSED' });
    expect((error as Error).message).toMatch(message);
  });

  it('enqueues nothing and emits no event', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const definition = new JobDefinition<unknown>({ context, name: 'REFUSED', workFunction: () => {} });
    await Promise.all(refused.map(([, payload]) => rejectionOf(definition.enqueue(payload))));
    await definition.enqueue('a good one');
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'REFUSED'`)).toBe(1);
    expect(events.of('JOB_DEFINITION_JOB_ENQUEUE')).toHaveLength(1);
  });
});

describe('a payload', () => {
  it('may leave properties undefined, and hold what turns itself into JSON', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<unknown>(context, 'ALLOWED');
    daemons.worker(context);
    await definition.enqueue({ a: undefined, at: new Date(0) });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    expect(runs.map(({ payload }) => payload)).toEqual([{ at: '1970-01-01T00:00:00.000Z' }]);
  });

  it('is null when it is left out', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'NOTHING');
    daemons.worker(context);
    await definition.enqueue();
    await definition.enqueue(null);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    expect(runs.map(({ payload }) => payload)).toEqual([null, null]);
  });

  it('keeps the order of its keys and its numbers as they were written', async () => {
    const definition = new JobDefinition<unknown>({ context: schema.context(), name: 'TEXT', workFunction: () => {} });
    const jobId = await definition.enqueue({ z: 1, a: 0.1, m: 1e21 });
    expect(await schema.value('select payload::text from {s}.job where id = $1', [jobId])).toBe(
      '{"z":1,"a":0.1,"m":1e+21}',
    );
  });

  it('comes back as it went in, or is refused: whatever JSON could be', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const received = new Map<string, unknown>();
    const { definition } = await notedJob<unknown>(context, 'ANY', (payload, { jobId }) => {
      received.set(jobId, payload);
    });
    daemons.worker(context, { concurrency: 10 });
    // Every code unit may occur: NUL, lone surrogates, quotes and backslashes among them.
    const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
    const tricky = fc.constantFrom('\\u0000', '\\\\ud83d', '\\', '"\\"', '🐻', '\u2028', '{"a":1}', '\\\\\\u0000');
    // Not in keys, where JSON.parse of Node.js 24.21 takes one text that JSON escapes for another.
    const key = fc.oneof(text, tricky).filter((plain) => JSON.stringify(plain).length === plain.length + 2);
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(text, tricky, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 20 }), async (payloads) => {
        const sent = await Promise.all(
          payloads.map((payload) =>
            definition.enqueue(payload).catch((error: unknown) => {
              expect(error).toBeInstanceOf(PayloadError);
              expect(isStorable(JSON.parse(JSON.stringify(payload)))).toBe(false);
              return null;
            }),
          ),
        );
        await Promise.all(
          sent.map(async (jobId, i) => {
            if (jobId === null) return;
            await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
            expect(received.get(jobId)).toEqual(JSON.parse(JSON.stringify(payloads[i])));
            expect(isStorable(received.get(jobId))).toBe(true);
          }),
        );
      }),
      { numRuns: 30 },
    );
  });
});

/** Says by another way than the code under test whether PostgreSQL can store all texts of a value. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) => isStorable(key) && isStorable(item));
}
