import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { validate, version } from 'uuid';
import { monotonicUuid } from './monotonic-uuid.ts';

const MANY = 20_000;

describe('rising ids', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('are version 7 UUIDs that tell when they were made', () => {
    const before = Date.now();
    const id = monotonicUuid();
    expect(validate(id)).toBe(true);
    expect(version(id)).toBe(7);
    const madeAt = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
    expect(madeAt).toBeGreaterThanOrEqual(before);
    expect(madeAt).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('are distinct, and rise', () => {
    const ids = Array.from({ length: MANY }, monotonicUuid);
    expect(new Set(ids).size).toBe(MANY);
    expect([...ids].sort()).toEqual(ids);
  });

  it('rise when the clock is set back', () => {
    const first = monotonicUuid();
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
    const later = Array.from({ length: 1_000 }, monotonicUuid);
    expect([first, ...later].sort()).toEqual([first, ...later]);
  });

  it('differ in their random bits too', () => {
    const tails = Array.from({ length: 1_000 }, () => monotonicUuid().slice(-12));
    expect(new Set(tails).size).toBe(1_000);
  });
});
