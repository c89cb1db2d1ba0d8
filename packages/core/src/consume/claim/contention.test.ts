import { describe, expect, it } from '@jest/globals';
import { Contention } from './contention.ts';

describe('a claim that met others', () => {
  it('is made again after pauses that grow from 4 ms to 64 ms, and at once after one that met nobody', () => {
    const contention = new Contention();
    expect(Array.from({ length: 6 }, () => contention.note(true))).toEqual([4, 8, 16, 32, 64, 64]);
    expect(contention.note(false)).toBe(0);
    expect(contention.note(true)).toBe(4);
  });

  it('waits no longer than that after any number of times', () => {
    const contention = new Contention();
    for (let i = 0; i < 2_000; i += 1) contention.note(true);
    expect(contention.note(true)).toBe(64);
  });
});
