import { describe, expect, it } from '@jest/globals';
import { encodeExtras, encodeHeaders, withEncodedMark, withHeaders } from './job-headers.ts';
import { extrasIn, NO_EXTRAS } from './model/extras.ts';

const encode = (headers: unknown): string | null => encodeExtras(encodeHeaders('enqueue.headers', headers), undefined);
const headersIn = (text: string | null) => (text === null ? NO_EXTRAS : extrasIn(text)).headers;
const problem = (headers: unknown): string => {
  try {
    encode(headers);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
};

describe('headers', () => {
  it.each([
    [{ a: '1', B: '' }],
    [{ 'trace parent': 'ü"\\\n' }],
    [Object.assign(Object.create(null), { a: '1' })],
    [JSON.parse('{"__proto__":"x","constructor":"y"}')],
  ])('come back as they were given: %j', (headers: Record<string, string>) => {
    expect(Object.entries(headersIn(encode(headers)))).toEqual(Object.entries(headers));
  });

  it.each([[undefined], [{}]])('that are none take no room: %j', (none) => {
    expect(encode(none)).toBe(null);
    expect(headersIn(null)).toEqual({});
  });

  it('cannot be changed by a work function, also where there are none', () => {
    for (const headers of [headersIn(encode({ a: '1' })), headersIn(null)]) {
      expect(() => Object.assign(headers, { a: '2' })).toThrow(TypeError);
    }
  });

  it.each([
    ['null', null, 'enqueue.headers must be a plain object of strings, got null'],
    ['a list', ['a'], 'enqueue.headers must be a plain object of strings, got a list'],
    ['a map', new Map([['a', '1']]), 'enqueue.headers must be a plain object of strings, got an object'],
    ['a text', 'a', 'enqueue.headers must be a plain object of strings, got "a"'],
    ['a number', { a: 1 }, 'enqueue.headers["a"] must be a string, got 1'],
    ['an object in it', { a: {} }, 'enqueue.headers["a"] must be a string, got an object'],
    ['nothing', { a: undefined }, 'enqueue.headers["a"] must be a string, got undefined'],
    ['no name', { '': 'x' }, 'enqueue.headers[""] must have a name that is not empty'],
    ['a name that is too long', { ['ü'.repeat(128)]: 'x' }, 'must have a name of at most 255 bytes in UTF-8'],
    ['a name of ours', { 'BearMQ.tick': 'x' }, 'those that begin with "bearmq." are ours'],
    ['a NUL', { a: '\0' }, 'enqueue.headers["a"] must not contain a NUL character'],
    ['half a pair', { a: '\ud800' }, 'enqueue.headers["a"] must not contain half a surrogate pair'],
    ['too much', { a: 'x'.repeat(8_192 - 7) }, 'enqueue.headers must have at most 8192 bytes of JSON in UTF-8 in all'],
  ])('with %s are refused, in words', (_what, headers, words) => {
    expect(problem(headers)).toContain(words);
  });

  it('may have all of 8 KiB', () => {
    expect(problem({ a: 'x'.repeat(8_192 - 8) })).toBe('none');
  });

  it('that cannot be read are refused, and are read once', () => {
    const throwing = {
      get a(): string {
        throw new Error('no');
      },
    };
    expect(problem(throwing)).toContain('cannot be read: no');
    let reads = 0;
    const counting = {
      get a(): string {
        reads += 1;
        return reads === 1 ? 'x' : '\0';
      },
    };
    expect(encode(counting)).toBe('{"headers":{"a":"x"}}');
  });
});

describe('what a job carries beside its payload', () => {
  it.each(['null', '1', '[]', '{}', '{"headers":null}', '{"headers":1}', '"headers"'])(
    'has no headers where somebody put in something else by hand: %s',
    (extras) => expect(headersIn(extras)).toEqual({}),
  );
});

describe('what a job carries', () => {
  const backoff = { type: 'fixed', delaySecs: 3 } as const;

  it('has its headers, its limit of time and its pauses side by side, and comes back as it was given', () => {
    const headers = encodeHeaders('enqueue.headers', { a: '1' });
    expect(encodeExtras(headers, { maxRunSecs: 0.5 })).toBe('{"headers":{"a":"1"},"maxRunSecs":0.5}');
    expect(encodeExtras(null, { maxRunSecs: 1e9 })).toBe('{"maxRunSecs":1000000000}');
    expect(encodeExtras(null)).toBe(null);
    expect(extrasIn(encodeExtras(headers, { maxRunSecs: 0.5, backoff }) as string)).toEqual({
      ...{ headers: { a: '1' }, maxRunSecs: 0.5, backoff, v: 1, isEncoded: false, isAwaited: false },
    });
    expect(extrasIn('{"maxRunSecs":7,"backoff":null}')).toMatchObject({ headers: {}, maxRunSecs: 7, backoff: null });
  });

  it('gets other headers beside the rest, and a mark where a codec made its payload', () => {
    expect(withHeaders(null, {})).toBe(null);
    expect(withHeaders(null, { a: '1' })).toBe('{"headers":{"a":"1"}}');
    expect(withHeaders('{"headers":{"a":"1"},"v":2}', {})).toBe('{"v":2}');
    expect(withHeaders('{"v":2}', { a: '1' })).toBe('{"headers":{"a":"1"},"v":2}');
    expect(() => withHeaders(null, { a: 1 })).toThrow('hook.headers["a"] must be a string');
    expect(withEncodedMark(null)).toBe('{"enc":true}');
    expect(extrasIn(withEncodedMark('{"v":2}'))).toMatchObject({ v: 2, isEncoded: true });
    expect(extrasIn(withEncodedMark('{"v":2}', 'id'))).toMatchObject({ v: 2, isEncoded: true, encodedFor: 'id' });
  });
});
