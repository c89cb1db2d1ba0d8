import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { depthOf, isLargerThan } from './payload-text.ts';

const json = fc.json({ stringUnit: 'binary' });

describe('a JSON text', () => {
  it('is larger than so many bytes if and only if its encoding is', () => {
    const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed());
    fc.assert(
      fc.property(text, fc.nat(60), (value, bytes) => {
        expect(isLargerThan(bytes, value)).toBe(new TextEncoder().encode(value).length > bytes);
      }),
    );
  });

  it.each([
    ['null', 0],
    ['"[{"', 0],
    ['[]', 1],
    ['{"[":"]"}', 1],
    ['["\\"["]', 1],
    ['[[],{"a":[0]}]', 3],
  ])('%s is %i levels deep', (text, depth) => {
    expect(depthOf(text)).toBe(depth);
  });

  it('is as deep as what it stands for', () => {
    const deepest = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(deepest)) : 0;
    fc.assert(
      fc.property(json, (text) => {
        expect(depthOf(text)).toBe(deepest(JSON.parse(text)));
      }),
    );
  });
});
