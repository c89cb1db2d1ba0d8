import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../test/support/claimed-job.ts';
import { outcomeOfDeadWorker, outcomeOfError, plainerTexts, released, withErrorText } from './outcome.ts';

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const run = { workerId: 'w', durationMs: 12 };

describe('the outcome of an attempt that failed', () => {
  it('is another attempt, timeoutSecs later, while there are any left', () => {
    const job = claimedJob({ attempt: 2, numAttempts: 3, timeoutSecs: 7 });
    const error = new Error('no');
    expect(outcomeOfError(job, error, run)).toEqual({
      kind: 'waiting',
      job,
      attempt: 2,
      secs: 7,
      errorText: error.stack,
      failure: run,
    });
  });

  it('is failure after the last', () => {
    const job = claimedJob({ attempt: 3, numAttempts: 3 });
    expect(outcomeOfError(job, 'text', run)).toEqual({ kind: 'failed', job, errorText: 'text', failure: run });
  });

  it.each<[string, unknown, string | RegExp]>([
    ['an Error by its stack', new Error('why'), /^Error: why\n\s+at /],
    [
      'an Error of another realm likewise',
      { name: 'Error', message: 'm', stack: 'Error: m\n at x' },
      'Error: m\n at x',
    ],
    ['an Error without a stack', Object.assign(new Error('why'), { stack: undefined }), 'Error: why'],
    ['an Error with an empty stack', Object.assign(new Error('why'), { stack: '' }), 'Error: why'],
    ['an Error whose stack is something else', Object.assign(new Error('why'), { stack: 7 }), 'Error: why'],
    ['a text', 'just text', 'just text'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 0, '0'],
    ['a bigint', 7n, '7'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['an object', { code: 1 }, '{"code":1}'],
    [
      'an object that will not be a text',
      {
        toString: () => {
          throw new Error('never');
        },
      },
      'a thrown object that cannot be turned into text',
    ],
    [
      'an object that will not show its stack',
      {
        get stack(): string {
          throw new Error('never');
        },
      },
      '[object Object]',
    ],
    ['a revoked proxy', revokedProxy(), 'a thrown object that cannot be turned into text'],
    ['an object without a prototype', Object.create(null), 'a thrown object that cannot be turned into text'],
    ['a text that cannot be stored', 'a\0\ud83d', 'a\ufffd'],
  ])('keeps %s', (_what, error, text) => {
    const outcome = outcomeOfError(claimedJob({}), error, run);
    expect(outcome.kind === 'failed' && outcome.errorText).toEqual(
      typeof text === 'string' ? text : expect.stringMatching(text),
    );
  });

  it('keeps ten thousand characters at most', () => {
    const outcome = outcomeOfError(claimedJob({}), 'x'.repeat(20_000), run);
    expect(outcome.kind === 'failed' && outcome.errorText.length).toBe(10_000);
  });
});

describe('a job that was claimed and not started', () => {
  it('is ready again at once, and has its attempt back', () => {
    const job = claimedJob({ attempt: 2, numAttempts: 3, timeoutSecs: 7 });
    expect(released(job)).toEqual({ kind: 'waiting', job, attempt: 1, secs: 0, errorText: null });
  });
});

describe('a job whose worker died during its last attempt', () => {
  it('has failed, and says why', () => {
    const job = claimedJob({ attempt: 4, numAttempts: 3 });
    expect(outcomeOfDeadWorker(job)).toEqual({
      kind: 'failed',
      job,
      errorText: 'the worker process died during attempt 3, the last',
    });
  });
});

describe('an error text that the database refused', () => {
  it('is tried in ASCII, with the numbers of other characters, then left out', () => {
    expect(plainerTexts('5 € 🐻', new Error('no'))).toEqual([
      '5 \\u{20ac} \\u{1f43b}',
      'the text of the error was refused: no',
    ]);
    expect(plainerTexts('plain', 'no')).toEqual(['the text of the error was refused: no']);
  });

  it('is replaced in what has one, and kept to ASCII where that is asked for', () => {
    const failed = outcomeOfError(claimedJob({}), 'ä', run);
    const job = claimedJob({});
    expect(withErrorText(failed, undefined, 'ascii')).toMatchObject({ kind: 'failed', errorText: '\\u{e4}' });
    expect(withErrorText(failed, 'other', 'all')).toMatchObject({ errorText: 'other' });
    expect(withErrorText({ kind: 'succeeded', job }, 'other', 'ascii')).toEqual({ kind: 'succeeded', job });
    expect(withErrorText(released(job), 'other', 'ascii')).toEqual(released(job));
  });

  it('has a bound in ASCII too', () => {
    const outcome = withErrorText(outcomeOfError(claimedJob({}), 'ä'.repeat(9_000), run), undefined, 'ascii');
    expect(outcome.kind === 'failed' && outcome.errorText.length).toBe(10_000);
  });
});
