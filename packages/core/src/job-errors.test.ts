import { describe, expect, it } from '@jest/globals';
import { isJobFailure, JobFailure, JobSnooze, snoozeSecsOf } from './job-errors.ts';

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('what a work function throws', () => {
  it('gives the job up by a JobFailure, which has its reason and its cause', () => {
    const cause = new Error('why');
    const failure = new JobFailure('no such order', { cause });
    expect(failure).toMatchObject({ name: 'JobFailure', code: 'BEAR_JOB_FAILURE', message: 'no such order', cause });
    expect(isJobFailure(failure)).toBe(true);
    expect(isJobFailure(new (class extends JobFailure {})('of a kind'))).toBe(true);
  });

  it('puts the job off by a JobSnooze, for the seconds that it says', () => {
    expect(new JobSnooze(5, 'too early')).toMatchObject({ code: 'BEAR_JOB_SNOOZE', message: 'too early', secs: 5 });
    expect(new JobSnooze(0.5).message).toBe('put off for 0.5 s');
    expect([0, 0.9, 1, 1.5].map((secs) => snoozeSecsOf(new JobSnooze(secs)))).toEqual([1, 1, 1, 1.5]);
    expect(snoozeSecsOf(new JobSnooze(3_153_600_000))).toBe(3_153_600_000);
  });

  it.each([[-1], [3_153_600_001], [Number.NaN], [undefined], ['5']])('is no JobSnooze for %p seconds', (secs) => {
    expect(() => new JobSnooze(secs as number)).toThrow(
      'JobSnooze.secs must be a number of seconds from 0 to 3153600000',
    );
  });

  it.each<[string, unknown]>([
    ['an error', new Error('JobFailure')],
    ['one that only looks alike', { name: 'JobSnooze', code: 'BEAR_JOB_SNOOZE', secs: 5 }],
    ['a snooze that was tampered with', Object.assign(new JobSnooze(5), { secs: Number.NaN })],
    ['nothing', undefined],
    ['a revoked proxy', revokedProxy()],
  ])('is an ordinary failure where it is %s', (_what, thrown) => {
    expect(isJobFailure(thrown)).toBe(false);
    expect(snoozeSecsOf(thrown)).toBe(undefined);
  });
});
