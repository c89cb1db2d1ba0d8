import { describe, expect, it } from '@jest/globals';
import { jitterOf } from './jitter.ts';

describe('the jitter of a tick', () => {
  it('is the same wherever it is worked out: by hand, once', () => {
    expect(jitterOf('REPORT', 'nightly', 1_780_000_000_000)).toBe(jitterOf('REPORT', 'nightly', 1_780_000_000_000));
    expect(jitterOf('A', 'b', 0)).toBe(byHand('A\0b\x000'));
  });

  it('is spread evenly over schedules, and over the ticks of one', () => {
    for (const draw of [
      (i: number) => jitterOf('REPORT', `tenant-${i}`, 1_780_000_000_000),
      (i: number) => jitterOf('REPORT', 'nightly', 1_780_000_000_000 + i * 86_400_000),
    ]) {
      const tenths = new Array<number>(10).fill(0);
      for (let i = 0; i < 10_000; i += 1) {
        const tenth = Math.floor(draw(i) * 10);
        tenths[tenth] = (tenths[tenth] ?? 0) + 1;
      }
      expect(Math.min(...tenths)).toBeGreaterThan(850);
      expect(Math.max(...tenths)).toBeLessThan(1_150);
    }
  });
});

/** With numbers that have no end, and cut after each step. */
function byHand(text: string): number {
  const cut = (n: bigint): bigint => BigInt.asUintN(32, n);
  let hash = 0x811c9dc5n;
  for (const byte of new TextEncoder().encode(text)) hash = cut((hash ^ BigInt(byte)) * 0x01000193n);
  hash = cut((hash ^ (hash >> 16n)) * 0x85ebca6bn);
  hash = cut((hash ^ (hash >> 13n)) * 0xc2b2ae35n);
  return Number(hash ^ (hash >> 16n)) / 2 ** 32;
}
