import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLargerThan } from './payload-text.ts';

describe('a JSON text', () => {
  it('is larger than so many bytes if and only if its encoding is', () => {
    const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed());
    fc.assert(
      fc.property(text, fc.nat(60), (value, bytes) => {
        expect(isLargerThan(bytes, value)).toBe(new TextEncoder().encode(value).length > bytes);
      }),
    );
  });
});
