import { describe, expect, it } from '@jest/globals';
import { RefusedOutcomes } from './refused-outcomes.ts';

describe('outcomes that were refused', () => {
  it('pause four times as long each time, from 0.2 s to 10 s', () => {
    const refused = new RefusedOutcomes<string>();
    const pauses = Array.from({ length: 6 }, () => {
      refused.note('a', 1_000);
      return refused.untilDue(1_000);
    });
    expect(pauses).toEqual([200, 800, 3_200, 10_000, 10_000, 10_000]);
  });

  it('are counted each for itself, until they are recorded', () => {
    const refused = new RefusedOutcomes<string>();
    expect([refused.note('a', 0), refused.note('b', 0), refused.note('a', 0)]).toEqual([1, 1, 2]);
    refused.delete('a');
    expect(refused.note('a', 0)).toBe(1);
    expect(refused.size).toBe(2);
  });

  it('are due each after its own pause', () => {
    const refused = new RefusedOutcomes<string>();
    refused.note('a', 0);
    refused.note('b', 100);
    expect(refused.untilDue(0)).toBe(200);
    expect(refused.due(199)).toEqual([]);
    expect(refused.due(250)).toEqual(['a']);
    expect(refused.due(300)).toEqual(['a', 'b']);
    expect(refused.untilDue(400)).toBe(0);
    for (const one of refused.all()) refused.delete(one);
    expect(refused.untilDue(0)).toBe(Infinity);
  });

  it('hurry when somebody waits for them, and only those', () => {
    const refused = new RefusedOutcomes<string>();
    for (let i = 0; i < 4; i += 1) for (const one of ['a', 'b']) refused.note(one, 0);
    refused.hurry(new Set(['a']), 1_000);
    expect(refused.due(1_200)).toEqual(['a']);
    expect(refused.note('a', 1_200)).toBe(5);
  });
});
