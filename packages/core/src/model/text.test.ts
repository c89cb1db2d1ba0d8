import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { storableText } from './text.ts';

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
