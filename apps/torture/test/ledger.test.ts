import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { translator } from '../src/checker/assemble.ts';
import { openLedger } from '../src/ledger/ledger-file.ts';
import { bothClocks } from '../src/ledger/now.ts';
import { parseLedger, readLedgers } from '../src/ledger/read-ledgers.ts';

describe('a ledger', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bearmq-ledger-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is merged with the others in the order of time', () => {
    const [one, other] = [
      openLedger(join(folder, 'one.jsonl'), 'one'),
      openLedger(join(folder, 'other.jsonl'), 'other'),
    ];
    one({ kind: 'undone', key: 'first', why: '' });
    other({ kind: 'undone', key: 'second', why: '' });
    one({ kind: 'undone', key: 'third', why: '' });
    const facts = readLedgers(folder);
    expect(facts.map(({ by }) => by)).toEqual(['one', 'other', 'one']);
    expect(facts).toEqual([...facts].sort((a, b) => a.at - b.at));
    expect(facts[0]).toMatchObject({ kind: 'undone', key: 'first', by: 'one' });
  });

  it('loses the line at which its process was killed, and no other', () => {
    const line = JSON.stringify({ kind: 'clock', by: 'one', at: 1, wall: 1 });
    expect(parseLedger(`${line}\n${line}\n${line.slice(0, 20)}`)).toHaveLength(2);
    expect(parseLedger('')).toEqual([]);
    expect(() => parseLedger(`${line.slice(0, 20)}\n${line}\n`)).toThrow(SyntaxError);
  });
});

describe('the translation of times of day', () => {
  it('goes by the nearest look at both clocks', () => {
    // The time of day was set forward by an hour in between.
    const clock = translator([
      { at: 1_000, wall: 50_000 },
      { at: 2_000, wall: 3_651_000 },
    ]);
    expect(clock(49_990)).toBe(990);
    expect(clock(3_651_500)).toBe(2_500);
  });
});

describe('the two clocks', () => {
  it('are read at one moment: a reading that was interrupted is not taken', () => {
    const monotonic = [0, 20, 30, 30.01];
    const timeOfDay = [1_020, 1_030];
    const next = (from: number[]) => from.shift() ?? Number.NaN;
    expect(
      bothClocks(
        () => next(monotonic),
        () => next(timeOfDay),
      ),
    ).toEqual({ at: 30, wall: 1_030 });
  });
});
