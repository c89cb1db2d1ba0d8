import { describe, expect, it } from '@jest/globals';
import type { NewJob } from '../model/job.ts';
import { batchesOf } from './batches.ts';

function job(payloadChars = 2): NewJob {
  const settings = {
    name: 'N',
    channel: 'C',
    jobGroup: null,
    delaySecs: 0,
    numAttempts: 1,
    timeoutSecs: 0,
    priority: 0,
  };
  return { id: '', ...settings, payloadText: 'x'.repeat(payloadChars), extras: null };
}

const sizes = (jobs: Iterable<NewJob>) => [...batchesOf(jobs)].map(({ length }) => length);

describe('the jobs of one statement', () => {
  it('are at most a thousand', () => {
    expect(sizes(Array.from({ length: 2_500 }, () => job()))).toEqual([1_000, 1_000, 500]);
    expect(sizes(Array.from({ length: 1_000 }, () => job()))).toEqual([1_000]);
    expect(sizes([])).toEqual([]);
  });

  it('have at most four million characters of payload, unless a single one has more', () => {
    const large = 1_500_000;
    expect(sizes([job(large), job(large), job(large), job(5_000_000), job(), job(large)])).toEqual([2, 1, 1, 2]);
  });

  it('keep their order, and are made only when their batch is asked for', () => {
    const made: NewJob[] = [];
    function* source() {
      for (let i = 0; i < 5_000; i += 1) {
        const next = job();
        made.push(next);
        yield next;
      }
    }
    const batches = batchesOf(source());
    expect(batches.next().value).toEqual(made.slice(0, 1_000));
    expect(made.length).toBeLessThanOrEqual(1_001);
    expect([...batches].flat()).toEqual(made.slice(1_000));
    expect(made).toHaveLength(5_000);
  });
});
