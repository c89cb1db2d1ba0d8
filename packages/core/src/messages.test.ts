import { describe, expect, it } from '@jest/globals';
import { describe as inWords, reasonOf } from './messages.ts';

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('a value in words', () => {
  it.each([
    ['text', '"text"'],
    ['x'.repeat(100), `"${'x'.repeat(79)}…"`],
    [7, '7'],
    [7n, '7n'],
    [2n ** 63n - 1n, '9223372036854775807n'],
    [10n ** 100_000n, 'a bigint of more than 64 bits'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 2, 3], 'a list'],
    [{ secret: 1 }, 'an object'],
    [() => {}, 'a function'],
    [Symbol('s'), 'a symbol'],
  ])('is short: %p', (value, words) => {
    expect(inWords(value)).toBe(words);
  });
});

it('a value that cannot even be asked whether it is a list is an object', () => {
  expect(inWords(revokedProxy())).toBe('an object');
});

describe('the reason of what was thrown', () => {
  it.each<[string, unknown, string]>([
    ['an error by its message', new Error('why'), 'why'],
    ['a text', 'why', 'why'],
    ['nothing', undefined, 'undefined'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['an error whose message is something else', Object.assign(new Error(), { message: 7 }), '7'],
    ['an object without a prototype', Object.create(null), 'a thrown object that cannot be turned into text'],
    ['a revoked proxy', revokedProxy(), 'a thrown object that cannot be turned into text'],
    [
      'an error that will not say it',
      Object.defineProperty(new Error(), 'message', {
        get: () => {
          throw new Error('never');
        },
      }),
      'a thrown object that cannot be turned into text',
    ],
  ])('of %s', (_what, thrown, reason) => {
    expect(reasonOf(thrown)).toBe(reason);
  });

  it('is cut, however long the message', () => {
    expect(reasonOf(new Error('x'.repeat(10_000_000)))).toBe(`${'x'.repeat(499)}…`);
  });
});
