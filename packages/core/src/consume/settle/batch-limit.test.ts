import { describe, expect, it } from '@jest/globals';
import { BatchLimit } from './batch-limit.ts';

/** Sends so many statements to a database that can do `most` at a time; returns how much of that was recorded and failed. */
function send(limit: BatchLimit, statements: number, most: number): { recorded: number; failed: number } {
  let [recorded, failed] = [0, 0];
  for (let n = 0; n < statements; n += 1) {
    const { size } = limit;
    if (size > most) {
      failed += 1;
      limit.wasTooMuch(size);
    } else {
      recorded += size;
      limit.passed(size);
    }
  }
  return { recorded, failed };
}

describe('how much goes into one statement', () => {
  it('is a thousand, and half of what was too much', () => {
    const limit = new BatchLimit();
    expect(limit.size).toBe(1_000);
    limit.wasTooMuch(40);
    expect(limit.size).toBe(20);
    limit.wasTooMuch(20);
    expect(limit.size).toBe(10);
  });

  it.each([1, 2, 3, 7, 100])('is soon tried in vain no more, where %i is the most', (most) => {
    const limit = new BatchLimit();
    send(limit, 100, most);
    const { recorded, failed } = send(limit, 200, most);
    expect(failed).toBeLessThanOrEqual(4); // it was a hundred
    expect(recorded).toBeGreaterThan((190 * most) / 2);
  });

  it('is a thousand again soon after the database is fast again', () => {
    const limit = new BatchLimit();
    send(limit, 400, 3);
    expect(limit.size).toBeLessThanOrEqual(3);
    send(limit, 64 + 10, 1_000);
    expect(limit.size).toBe(1_000);
  });

  it('is what it was soon after one outcome was found that somebody holds', () => {
    const limit = new BatchLimit();
    for (let size = 1_000; size >= 1; size = Math.floor(size / 2)) limit.wasTooMuch(size);
    expect(limit.size).toBe(1);
    send(limit, 10, 1_000);
    expect(limit.size).toBe(1_000);
    limit.wasTooMuch(1); // tried once more
    expect(limit.size).toBe(1_000);
  });

  it('grows at once after the database was away', () => {
    const limit = new BatchLimit();
    for (let n = 0; n < 12; n += 1) limit.halve(limit.size);
    expect(limit.size).toBe(1);
    send(limit, 10, 1_000);
    expect(limit.size).toBe(1_000);
  });

  it('says how many jobs may be claimed: no more than can be recorded soon, and than are kept in memory', () => {
    const limit = new BatchLimit();
    expect(limit.roomBeside(0, 0)).toBe(5_000);
    expect(limit.roomBeside(4_000, 600)).toBe(400);
    send(limit, 40, 3);
    expect(limit.roomBeside(0, 600)).toBe(8 * limit.size);
    expect(limit.roomBeside(40, 0)).toBeLessThan(0);
  });

  it('is not more for what was less than might have gone in', () => {
    const limit = new BatchLimit();
    limit.wasTooMuch(40);
    for (let n = 0; n < 100; n += 1) limit.passed(19);
    expect(limit.size).toBe(20);
  });
});
