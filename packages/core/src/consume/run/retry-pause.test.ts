import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import type { Backoff, FailedAttempt } from '../../model/backoff.ts';
import { Holding } from '../holding.ts';
import { pauseAfter } from './retry-pause.ts';

const exact = (delaySecs: number) => ({ type: 'fixed', delaySecs }) as const;
const stored = (backoff: unknown) => claimedJob({ timeoutSecs: 7, extras: JSON.stringify({ backoff }) });
const plain = claimedJob({ timeoutSecs: 7 });

/** The pause, and what was warned of. */
function pause(job = plain, backoff?: Backoff<never>): readonly unknown[] {
  const warnings: unknown[] = [];
  return [
    pauseAfter(new Holding(job), 'why', backoff, (message, error) => void warnings.push(message, error)),
    ...warnings,
  ];
}

describe('a job whose attempt failed', () => {
  it('waits for its timeoutSecs where nothing else was said', () => {
    expect(pause()).toEqual([7]);
    expect(pause(claimedJob({ timeoutSecs: 7, extras: '{"headers":{"a":"1"}}' }))).toEqual([7]);
  });

  it('goes by its own rule, then by the definition, unless its enqueue gave it a plain pause', () => {
    expect(pause(plain, exact(3))).toEqual([3]);
    expect(pause(stored(exact(2)), exact(3))).toEqual([2]);
    expect(pause(stored(null), exact(3))).toEqual([7]);
  });

  it('is told of to a function, whose pause or giving up counts', () => {
    const seen: unknown[] = [];
    const job = claimedJob({ attempt: 2, numAttempts: 5, payloadText: '{"a":1}' });
    const note = (failed: FailedAttempt<never>) => {
      seen.push(failed);
      return 0;
    };
    expect(pause(job, note)).toEqual([0]);
    expect(seen).toEqual([{ error: 'why', attempt: 2, numAttempts: 5, payload: { a: 1 } }]);
    expect(pause(job, () => 'give-up')).toEqual(['give-up']);
  });

  it.each<[string, unknown]>([
    ['no number', '5'],
    ['a negative number', -1],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['more than a hundred years', 3_153_600_001],
    ['a promise that rejects', Promise.reject(new Error('unseen'))],
    ['nothing', undefined],
  ])('waits for its timeoutSecs, and that is warned of, where a function gives %s', (_what, said) => {
    expect(pause(plain, (() => said) as never)).toEqual([
      7,
      expect.stringMatching(
        /^the backoff of "JOB" gave neither a number of seconds from 0 to 3153600000 nor 'give-up'/,
      ),
      undefined,
    ]);
  });

  it('likewise where a function throws', () => {
    const reason = new Error('grr');
    const failing = () => {
      throw reason;
    };
    expect(pause(plain, failing)).toEqual([7, expect.stringMatching(/^the backoff of "JOB" failed/), reason]);
  });

  it.each([
    [5],
    ['exponential'],
    [[]],
    [{}],
    [{ type: 'fixed', delaySecs: 'soon' }],
    [{ type: 'fixed', delaySecs: -1 }],
  ])('waits for its timeoutSecs where somebody put in what is no rule: %j', (backoff) => {
    expect(pause(stored(backoff))).toEqual([7]);
  });
});
