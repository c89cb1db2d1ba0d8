import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describe as inWords, problemOfName, storableText } from './text.ts';

describe('a storable text', () => {
  it.each([
    ['plain', 'plain'],
    ['a\0b\0', 'ab'],
    ['\ud83d', '\ufffd'],
    ['x\udc3bx', 'x\ufffdx'],
    ['🐻', '🐻'],
    ['', ''],
  ])('of %j is %j', (text, stored) => {
    expect(storableText(text, 100)).toBe(stored);
  });

  it('is cut at its limit, with a mark, and never leaves half a character', () => {
    expect(storableText('abcdef', 6)).toBe('abcdef');
    expect(storableText('abcdefg', 6)).toBe('abcde…');
    expect(storableText('abcd🐻g', 6)).toBe('abcd\ufffd…');
  });

  it('is one whatever went in', () => {
    const any = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 50 }), (text, limit) => {
        const stored = storableText(text, limit);
        expect(stored.length).toBeLessThanOrEqual(limit);
        expect(stored.isWellFormed() && !stored.includes('\0')).toBe(true);
      }),
    );
  });
});

describe('a name', () => {
  it.each([
    ['JOB', undefined],
    ['größer', undefined],
    ['🐻', undefined],
    [' ', undefined],
    ['', 'must not be empty'],
    ['a\0', 'must not contain a NUL character'],
    ['\ud83d', 'must not contain half a surrogate pair'],
    ['123456789', 'must have at most 8 bytes in UTF-8, got 9'],
    ['üüüüü', 'must have at most 8 bytes in UTF-8, got 10'],
    [7, 'must be a string, got 7'],
    [undefined, 'must be a string, got undefined'],
    [['a'], 'must be a string, got a list'],
  ])('%j: %j', (name, problem) => {
    expect(problemOfName(name, 8)).toBe(problem);
  });
});

describe('a value in words', () => {
  it.each([
    ['text', '"text"'],
    ['x'.repeat(100), `"${'x'.repeat(79)}…"`],
    [7, '7'],
    [7n, '7n'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 2, 3], 'a list'],
    [{ secret: 1 }, 'a object'],
    [() => {}, 'a function'],
    [Symbol('s'), 'a symbol'],
  ])('is short: %p', (value, words) => {
    expect(inWords(value)).toBe(words);
  });
});
