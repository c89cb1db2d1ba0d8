import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PayloadError } from '../../errors.ts';
import { MAX_PAYLOAD_BYTES, MAX_PAYLOAD_DEPTH } from '../limits.ts';
import { encodePayload } from './payload.ts';

function problemWith(payload: unknown): string {
  try {
    encodePayload('J', payload);
  } catch (error) {
    expect(error).toBeInstanceOf(PayloadError);
    expect(error).toMatchObject({ jobName: 'J', code: 'BEAR_PAYLOAD' });
    return (error as Error).message.replace('the payload for "J" ', '');
  }
  return 'none';
}

describe('a payload', () => {
  it('is turned into its JSON text', () => {
    expect(encodePayload('J', { a: [1, 'x', null, true, { b: undefined }] })).toBe('{"a":[1,"x",null,true,{}]}');
    expect(encodePayload('J', null)).toBe('null');
    expect(encodePayload('J', 0)).toBe('0');
    expect(encodePayload('J', '')).toBe('""');
  });

  it('may hold what turns itself into JSON', () => {
    expect(encodePayload('J', [new Date(0)])).toBe('["1970-01-01T00:00:00.000Z"]');
    expect(encodePayload('J', { toJSON: () => ({ x: 1 }), f: () => {} })).toBe('{"x":1}');
  });

  it('may hold the same object twice, and objects without a prototype', () => {
    const twice = { n: 1 };
    expect(encodePayload('J', [twice, twice])).toBe('[{"n":1},{"n":1}]');
    expect(encodePayload('J', Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
  });

  const cycle: unknown[] = [];
  cycle.push({ cycle });

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'is undefined; pass null for a job without a payload'],
    ['a function', () => {}, 'is function; pass null for a job without a payload'],
    ['a symbol', Symbol('s'), 'is symbol; pass null for a job without a payload'],
    ['a cycle', cycle, 'refers to itself, which JSON cannot express'],
    ['a bigint', [1n], 'has a bigint, which JSON cannot express; turn it into a string'],
    ['NaN', Number.NaN, 'has NaN at payload, which JSON turns into null'],
    ['infinity', { a: [Number.POSITIVE_INFINITY] }, 'has Infinity at payload.a[0], which JSON turns into null'],
    ['undefined in a list', [[undefined]], 'has undefined at payload[0][0], which JSON turns into null'],
    ['a hole', new Array(1), 'has undefined at payload[0], which JSON turns into null'],
    ['a method', { a: { run() {} } }, 'has a function at payload.a.run, which JSON leaves out'],
    ['a symbol inside', { s: Symbol('s') }, 'has a symbol at payload.s, which JSON leaves out'],
    ['a Map', { m: new Map() }, 'has a Map at payload.m, which JSON turns into {}; pass a list'],
    ['a Set', [new Set()], 'has a Set at payload[0], which JSON turns into {}; pass a list'],
    ['a Promise', { p: Promise.resolve(1) }, 'has a Promise at payload.p, which JSON turns into {}; await it'],
    ['a RegExp', { r: /x/ }, 'has a RegExp at payload.r, which JSON turns into {}; pass its source'],
    [
      'an Error',
      { e: new TypeError('x') },
      'has an Error at payload.e, which JSON writes without its message; pass that',
    ],
    [
      'bytes',
      { b: new Uint8Array(1) },
      'has bytes at payload.b, which JSON turns into an object; pass a text, such as base64',
    ],
    ['a boxed NaN', { n: Object(Number.NaN) }, 'has NaN at payload.n, which JSON turns into null'],
  ])('is refused with its place: %s', (_what, payload, problem) => {
    expect(problemWith(payload)).toBe(problem);
  });

  it('that turns itself into nothing is refused', () => {
    const nothing = 'turns itself into undefined by its toJSON; pass null for a job without a payload';
    expect(problemWith({ toJSON: () => undefined })).toBe(nothing);
  });

  it('that cannot be read is refused with the reason, and the cause', () => {
    const cause = new Error('not today');
    const payload = {
      get trap() {
        throw cause;
      },
    };
    expect(problemWith(payload)).toBe('cannot be turned into JSON: not today');
    expect(() => encodePayload('J', payload)).toThrow(expect.objectContaining({ cause }));
  });

  const nested = (depth: number, inner: unknown = null): unknown => {
    let value = inner;
    for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { value };
    return value;
  };
  const TOO_DEEP = 'is nested more than 1000 levels deep; pass a flatter one';

  it('may be nested as deep as the limit, and no deeper', () => {
    expect(problemWith(nested(MAX_PAYLOAD_DEPTH))).toBe('none');
    for (const more of [1, 1_000, 10_000, 100_000]) {
      expect(problemWith(nested(MAX_PAYLOAD_DEPTH + more))).toBe(TOO_DEEP);
    }
  });

  it('may be nested as deep by what turns itself into JSON, and no deeper', () => {
    const by = (depth: number) => ({ at: [{ toJSON: () => nested(depth) }] });
    expect(problemWith(by(MAX_PAYLOAD_DEPTH - 2))).toBe('none');
    expect(problemWith(by(MAX_PAYLOAD_DEPTH - 1))).toBe(TOO_DEEP);
  });

  it('may be as large as the limit, in bytes of JSON, and no larger', () => {
    const quotes = 2;
    expect(problemWith('x'.repeat(MAX_PAYLOAD_BYTES - quotes))).toBe('none');
    const TOO_LARGE = 'has more than 67108864 bytes of JSON; keep large data elsewhere, and pass where they are';
    expect(problemWith('x'.repeat(MAX_PAYLOAD_BYTES - quotes + 1))).toBe(TOO_LARGE);
    expect(problemWith('ü'.repeat(MAX_PAYLOAD_BYTES / 2))).toBe(TOO_LARGE);
    const beyondV8 = () => {
      throw new RangeError('Invalid string length'); // as V8 says it, some seconds and half a gigabyte later
    };
    expect(problemWith({ toJSON: beyondV8 })).toBe(TOO_LARGE);
  });

  it('that bites is refused in few words', () => {
    let reads = 0;
    const secondTime = new Proxy(
      {},
      {
        get: () => undefined,
        ownKeys: () => [],
        getPrototypeOf: () => {
          reads += 1;
          throw Object.create(null);
        },
      },
    );
    expect(problemWith(secondTime)).toBe('cannot be turned into JSON: a thrown object that cannot be turned into text');
    expect(reads).toBeGreaterThan(0);
    const long = { ['k'.repeat(100_000)]: Number.NaN, toString: () => 'never' };
    expect(problemWith(long).length).toBeLessThan(300);
  });

  it('has a zero without a sign, as JSON has it', () => {
    expect(encodePayload('J', -0)).toBe('0');
  });

  it.each(['\0', 'a\0b', '\ud83d', '\udc3b', '\udc3b\ud83d', '\\\0', '\\\\\ud83d'])(
    'with a text that PostgreSQL cannot store is refused: %j',
    (text) => {
      for (const payload of [text, [text], { a: text }, { [text]: 1 }]) {
        expect(problemWith(payload)).toMatch(/NUL character or half a surrogate pair/);
      }
    },
  );

  it.each(['\\u0000', '\\\\u0000', '\\ud83d', '\\\\\\ud83d', '🐻', '\u0001', 'u0000', '\\', '\\\\'])(
    'with a text that only looks like that passes: %j',
    (text) => {
      expect(encodePayload('J', { [text]: text })).toBe(JSON.stringify({ [text]: text }));
    },
  );

  it('with any text passes if and only if PostgreSQL can store it', () => {
    const unit = fc.oneof(
      fc.constantFrom('\\', '\0', 'u', '0', '0000', 'u0000', 'ud83d', '\ud83d', '\udc3b', '"'),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    );
    const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''));
    fc.assert(
      fc.property(text, (value) => {
        const isStorable = value.isWellFormed() && !value.includes('\0');
        expect(problemWith({ value }) === 'none').toBe(isStorable);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that JSON gave comes back as it was', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (json) => {
        const value: unknown = JSON.parse(json);
        if (problemWith(value) !== 'none') return;
        expect(encodePayload('J', value)).toBe(JSON.stringify(value));
      }),
    );
  });
});
