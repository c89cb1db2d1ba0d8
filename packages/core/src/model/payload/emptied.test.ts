import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { encodePayload } from './payload.ts';

// Six built-in types were looked for by instanceof: of any other object without properties JSON made {} in silence, and
// what a toJSON gave was not looked at.

function problemWith(payload: unknown): string {
  try {
    encodePayload('J', payload);
  } catch (error) {
    return (error as Error).message.replace('the payload for "J" ', '');
  }
  return 'none';
}

const elsewhere = createContext({});
const foreign = (code: string): unknown => runInContext(code, elsewhere);

class Private {
  readonly #cents = 5;
  get cents(): number {
    return this.#cents;
  }
}
class Tagged extends Map {
  override get [Symbol.toStringTag](): string {
    return 'Mine';
  }
  readonly size2 = 2;
}
function* generated() {
  yield 1;
}

const EMPTY = 'turns into {}; pass a plain object of what it holds, or give it a toJSON';
const LIST = 'turns into {}; pass a list';
const ENTRIES = 'turns into {}; pass Object.fromEntries of it';
const TEXT = 'turns into {}; pass a text, such as base64';

describe('an object that JSON empties is refused with its place:', () => {
  it.each<[string, unknown, string]>([
    ['headers', new Headers({ a: '1' }), `has a Headers at payload.v, which JSON ${ENTRIES}`],
    ['a query', new URLSearchParams('a=1'), `has a URLSearchParams at payload.v, which JSON ${ENTRIES}`],
    ['a form', new FormData(), `has a FormData at payload.v, which JSON ${ENTRIES}`],
    ['a blob', new Blob(['x']), `has a Blob at payload.v, which JSON ${TEXT}`],
    ['a WeakMap', new WeakMap(), `has a WeakMap at payload.v, which JSON ${LIST}`],
    ['a WeakSet', new WeakSet(), `has a WeakSet at payload.v, which JSON ${LIST}`],
    ['a weak reference', new WeakRef({}), `has a WeakRef at payload.v, which JSON ${EMPTY}`],
    ['an iterator', new Map([[1, 2]]).values(), `has a Map Iterator at payload.v, which JSON ${LIST}`],
    ['another', [1][Symbol.iterator](), `has an Array Iterator at payload.v, which JSON ${LIST}`],
    ['a generator', generated(), `has a Generator at payload.v, which JSON ${LIST}`],
    ['private fields and getters', new Private(), `has a Private at payload.v, which JSON ${EMPTY}`],
    ['a signal', new AbortController(), `has an AbortController at payload.v, which JSON ${EMPTY}`],
    ['shared memory', new SharedArrayBuffer(1), `has a SharedArrayBuffer at payload.v, which JSON ${TEXT}`],
    ['a boxed symbol', Object(Symbol('s')), `has a Symbol at payload.v, which JSON ${EMPTY}`],
    [
      'what it inherits',
      Object.create({ a: 1 }),
      `has an object without properties of its own at payload.v, which JSON ${EMPTY}`,
    ],
    [
      'a class without a name',
      new (class {})(),
      `has an object without properties of its own at payload.v, which JSON ${EMPTY}`,
    ],
    ['a Map with a property', Object.assign(new Map(), { a: 1 }), `has a Map at payload.v, which JSON ${LIST}`],
    ['a Map by another tag', new Tagged(), `has a Map at payload.v, which JSON ${LIST}`],
    ["another realm's Map", foreign('new Map([[1, 2]])'), `has a Map at payload.v, which JSON ${LIST}`],
    [
      "another realm's Set",
      foreign('Object.assign(new Set(), { a: 1 })'),
      `has a Set at payload.v, which JSON ${LIST}`,
    ],
    [
      "another realm's Error",
      foreign('Object.assign(new TypeError("x"), { code: "X" })'),
      'has an Error at payload.v, which JSON writes without its message; pass that',
    ],
    [
      "another realm's bytes",
      foreign('new Uint8Array(1)'),
      'has bytes at payload.v, which JSON turns into an object; pass a text, such as base64',
    ],
    ['symbols alone', { [Symbol('s')]: 1 }, 'has symbols as keys at payload.v, which JSON leaves out; pass texts'],
    [
      'a list used as an object',
      Object.assign([], { a: 1 }),
      'has a list with properties at payload.v, which JSON turns into []; pass an object',
    ],
  ])('%s', (_what, v, problem) => {
    expect(problemWith({ v })).toBe(problem);
    expect(problemWith([[v]])).toBe(problem.replace('payload.v', 'payload[0][0]'));
    expect(problemWith(v)).toBe(problem.replace('payload.v', 'payload'));
  });

  it('a name of a million letters in few words', () => {
    const named = new Private();
    Object.defineProperty(named, Symbol.toStringTag, { value: 'n'.repeat(1_000_000) });
    expect(problemWith(named).length).toBeLessThan(300);
  });
});

describe('what turns itself into JSON', () => {
  const by = (json: unknown) => ({ toJSON: () => json });

  it.each<[string, unknown, string]>([
    ['an invalid Date', new Date(Number.NaN), 'has an invalid Date at payload.v, which JSON turns into null'],
    ["another realm's", foreign('new Date(NaN)'), 'has an invalid Date at payload.v, which JSON turns into null'],
    ['NaN', by(Number.NaN), 'has NaN at payload.v, which JSON turns into null'],
    ['NaN inside', by({ a: [Number.NaN] }), 'has NaN at payload.v.a[0], which JSON turns into null'],
    ['a Map inside', by({ m: new Map() }), `has a Map at payload.v.m, which JSON ${LIST}`],
    ['a Map', by(new Map()), `has a Map at payload.v, which JSON ${LIST}`],
    ['a list with a hole', by([undefined]), 'has undefined at payload.v[0], which JSON turns into null'],
    ['nothing', by(undefined), 'has an object at payload.v whose toJSON gives undefined, which JSON leaves out'],
    ['a function', by(() => {}), 'has a function at payload.v, which JSON leaves out'],
    ['what does so again', by({ b: by({ c: Number.NaN }) }), 'has NaN at payload.v.b.c, which JSON turns into null'],
  ])('into what JSON changes is refused: %s', (_what, v, problem) => {
    expect(problemWith({ v })).toBe(problem);
  });

  it('decides for itself, and is told its key as JSON tells it', () => {
    const keys: string[] = [];
    const toJSON = (key: string) => {
      keys.push(key);
      return { key };
    };
    const value = { toJSON };
    expect(encodePayload('J', { a: value, b: [value] })).toBe('{"a":{"key":"a"},"b":[{"key":"0"}]}');
    expect(keys).toEqual(['a', '0', 'a', '0']);
    expect(encodePayload('J', [by(null), new Date(0)])).toBe('[null,"1970-01-01T00:00:00.000Z"]');
    expect(encodePayload('J', new URL('https://example.org/'))).toBe('"https://example.org/"');
    // What it gives is not asked again, as JSON does not.
    expect(encodePayload('J', by({ a: 1, toJSON: undefined }))).toBe('{"a":1}');
  });
});

describe('what has all of its properties in JSON passes:', () => {
  class Point {
    readonly x = 1;
    y: number | undefined;
    move(): void {}
    get sum(): number {
      return this.x;
    }
  }
  class Points extends Array<number> {}

  it.each<[string, unknown, string]>([
    ['an empty object', {}, '{}'],
    ['one without a prototype', Object.create(null), '{}'],
    ["another realm's", foreign('({ a: {} , b: [] })'), '{"a":{},"b":[]}'],
    ["another realm's Date", foreign('new Date(0)'), '"1970-01-01T00:00:00.000Z"'],
    ['an instance with fields', new Point(), '{"x":1}'],
    ['one of whose fields none is set', Object.assign(new Private(), { a: undefined }), '{}'],
    ['properties of numbers on an object', Object.setPrototypeOf({ a: 1 }, Number.prototype), '{"a":1}'],
    ['boxed values', [Object(1), Object('x'), Object(true), Object(false)], '[1,"x",true,false]'],
    ["another realm's boxed value", foreign('new String("x")'), '"x"'],
    ['a class of lists', Points.from([1, 2]), '[1,2]'],
    ['symbols beside texts', { a: 1, [Symbol('s')]: 2 }, '{"a":1}'],
    ['a symbol that is not seen', Object.defineProperty({}, Symbol('s'), { value: 1 }), '{}'],
    ['a proxy', new Proxy({ a: 1 }, {}), '{"a":1}'],
  ])('%s', (_what, payload, text) => {
    expect(encodePayload('J', payload)).toBe(text);
  });
});
