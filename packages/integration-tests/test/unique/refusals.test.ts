import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError, JobDefinition, type UniqueOptions } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { usePages } from './support/pages.ts';

const schema = useSchema();
const { pages } = usePages(schema);

describe('refused with words', () => {
  const context = schema.context();
  const defined =
    (unique: unknown, more = {}) =>
    () =>
      new JobDefinition({ context, name: 'N', unique: unique as UniqueOptions<null>, workFunction: () => {}, ...more });

  it.each([
    ['a key by itself', 'x', 'JobDefinition.unique takes an object of options: give it { key }, not the key itself'],
    ['no key', { until: 'started' }, 'unique.key must be a string, or a function that makes one of the payload'],
    ['an empty key', { key: '', until: 'started' }, 'unique.key must not be empty'],
    ['a key that is too long', { key: 'x'.repeat(1_025), until: 'started' }, 'at most 1024 bytes'],
    ['no end', { key: 'K' }, 'unique.until must be one of started, finished, deleted'],
    ['another end', { key: 'K', until: 'queued' }, 'got "queued"'],
    ['a time below zero', { key: 'K', until: 'started', forSecs: -1 }, 'unique.forSecs must be a number of seconds'],
    ['another conflict', { key: 'K', until: 'started', onConflict: 'ignore' }, 'skip, replace, restart, throw'],
    ['a bound without a restart', { key: 'K', until: 'started', maxRestartSecs: 1 }, "is for onConflict: 'restart'"],
    ["another queue's word", { key: 'K', until: 'started', period: 60 }, 'did you mean "forSecs"?'],
  ])('%s', (_what, unique, message) => {
    expect(defined(unique)).toThrow(InvalidOptionError);
    expect(defined(unique)).toThrow(message);
  });

  it('beside repeatSecs', () => {
    expect(defined({ key: 'K', until: 'started' }, { repeatSecs: 60 })).toThrow('and repeatSecs cannot be given both');
  });

  it('what a key is made of, by the call; and a key where there is no rule', async () => {
    for (const key of [() => '', () => undefined, async () => 'K'] as unknown as (() => string)[]) {
      await expect(pages({ key }).enqueue({ page: 'a' })).rejects.toThrow('JobDefinition.unique.key of "PAGE');
    }
    const failing = pages({
      key: () => {
        throw new RangeError('no page');
      },
    });
    await expect(failing.enqueue({ page: 'a' })).rejects.toThrow(RangeError);
    const plain = new JobDefinition({ context, name: 'PLAIN', workFunction: () => {} });
    await expect(plain.enqueue(null, { unique: 'K' })).rejects.toThrow('enqueue.unique is a key, but the definition');
    await expect(plain.enqueueMany([{}, { unique: 'K' }])).rejects.toThrow('enqueueMany[1].unique is a key');
    expect(await plain.submit(null, { unique: null })).toMatchObject({ outcome: 'enqueued' });
  });
});
