import { describe, expect, test } from '@jest/globals';
import { Ledger } from '../src/ledger.ts';

describe('ledger', () => {
  test('is content when each job ran once and none is left', async () => {
    const ledger = new Ledger(2);
    ledger.add(1);
    ledger.add(0);
    await ledger.finished;
    expect(ledger.complaint(0)).toBeUndefined();
  });

  test('is content with jobs that did not run, if the queue says the same', () => {
    const ledger = new Ledger(3);
    ledger.add(0);
    expect(ledger.complaint(2)).toBeUndefined();
    expect(ledger.complaint(0)).toBe('2 jobs did not run, but the queue has 0 left');
  });

  test('finds a job that ran twice where another one is missing', () => {
    const ledger = new Ledger(2);
    ledger.add(0);
    ledger.add(0);
    expect(ledger.complaint(1)).toBe('1 jobs ran too often');
  });

  test('wants two runs of jobs that fail once', () => {
    const ledger = new Ledger(1, 2);
    expect(ledger.add(0)).toBe(1);
    expect(ledger.done()).toBe(0);
    expect(ledger.add(0)).toBe(2);
    expect(ledger.complaint(0)).toBeUndefined();
  });

  test('finds a job that ran in two processes', () => {
    const ledger = new Ledger(2);
    ledger.merge(Uint8Array.of(1, 0));
    ledger.merge(Uint8Array.of(1, 1));
    expect(ledger.complaint(0)).toBe('1 jobs ran too often');
    expect(ledger.total).toBe(3);
  });

  test('finds a job that it never heard of', () => {
    const ledger = new Ledger(1);
    ledger.add(0);
    ledger.add(5);
    expect(ledger.complaint(0)).toBe('1 jobs ran that were not enqueued');
  });
});
