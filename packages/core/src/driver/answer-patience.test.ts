import { describe, expect, it } from '@jest/globals';
import { AnswerPatience } from './answer-patience.ts';
import type { SqlStatement } from './driver.ts';

const plain: SqlStatement = { name: 'plain', text: 'select 1', values: [] };
const repeated: SqlStatement = { name: 'repeated', text: 'select 1', values: [], mayBeRepeated: true };

/** What the statement is given, when it is answered after `tookMs`, or given up. */
function given(patience: AnswerPatience, statement: SqlStatement, tookMs: number): number {
  const limitMs = patience.limitMs(statement);
  if (tookMs < limitMs) patience.answered(statement, limitMs, tookMs);
  else patience.failed(statement, limitMs, limitMs);
  return limitMs;
}

describe('the time that a statement has for its answer', () => {
  it('is the longest for one that nobody repeats, and endless for one that may take long', () => {
    const patience = new AnswerPatience(60_000);
    expect(given(patience, plain, 70_000)).toBe(60_000);
    expect(given(patience, plain, 1)).toBe(60_000);
    expect(given(patience, { ...plain, mayTakeLong: true }, 1)).toBe(Infinity);
  });

  it('is short for one that is repeated, and twice as long after each that was late, up to the longest', () => {
    const patience = new AnswerPatience(60_000);
    const times: number[] = [];
    for (let i = 0; i < 6; i += 1) times.push(given(patience, repeated, 70_000));
    expect(times).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(given(patience, { ...repeated, name: 'another' }, 1)).toBe(5_000);
  });

  it('stays long for one that is slow, and gets short again when it is fast', () => {
    const patience = new AnswerPatience(60_000);
    given(patience, repeated, 6_000);
    given(patience, repeated, 6_000);
    expect(given(patience, repeated, 6_000)).toBe(24_000);
    const times: number[] = [];
    for (let i = 0; i < 4; i += 1) times.push(given(patience, repeated, 10));
    expect(times).toEqual([24_000, 12_000, 6_000, 5_000]);
  });

  it('is never longer than what the driver was told', () => {
    expect(given(new AnswerPatience(300), repeated, 1)).toBe(300);
  });

  it('is no longer after a failure that came in time: a refusal says nothing of the connection', () => {
    const patience = new AnswerPatience(60_000);
    patience.failed(repeated, 5_000, 4_999);
    expect(patience.limitMs(repeated)).toBe(5_000);
  });
});
