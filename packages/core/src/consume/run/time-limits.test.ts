import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { JobTimeoutError } from '../../errors.ts';
import type { BearEvent } from '../../events.ts';
import { EventBus } from '../../runtime/event-bus.ts';
import { aboutRun } from '../about-run.ts';
import { Holding } from '../holding.ts';
import { TimeLimits } from './time-limits.ts';

/** Limits on a clock that is moved by hand. */
function limiting({ graceMs = 10_000, unlockMs = 100_000 } = {}) {
  const clock = new ManualClock();
  const told: BearEvent[] = [];
  const warnings: string[] = [];
  const events = new EventBus<BearEvent>((error) => {
    throw error;
  });
  events.subscribe((event) => void told.push(event));
  const limits = new TimeLimits({
    services: { events, warn: (message) => void warnings.push(message) },
    clock,
    graceMs,
    unlockMs,
  });
  return {
    told,
    warnings,
    numTimers: () => clock.waits.length,
    /** A run that ends when it is told to. */
    start: (holding: Holding, maxRunSecs = 5) => {
      let end: { readonly resolve: (value?: unknown) => void; readonly reject: (error: unknown) => void } | undefined;
      const work = new Promise((resolve, reject) => {
        end = { resolve, reject };
      });
      holding.phase = 'running';
      const result = { what: 'waited for' as unknown };
      const over = limits.limit(holding, work, maxRunSecs, 'w').then(
        (value) => (result.what = { value }),
        (error: unknown) => (result.what = error),
      );
      return { result, over, ...(end as NonNullable<typeof end>) };
    },
    pass: (secs: number) => clock.advance(secs * 1000),
  };
}

const plain = () => new Holding(claimedJob({}));
const grouped = () => new Holding(claimedJob({ jobGroup: 'g' }));

describe('a limit of time', () => {
  it('leaves alone what ends before it, and no timer behind', async () => {
    const { start, pass, told, numTimers } = limiting();
    const holding = plain();
    const { resolve, over, result } = start(holding);
    await pass(4.9);
    resolve('done');
    await over;
    expect(result.what).toEqual({ value: 'done' });
    expect(numTimers()).toBe(0);
    expect(holding.signal.aborted).toBe(false);
    expect(told).toEqual([]);
  });

  it.each<[string, (run: { resolve(value: unknown): void; reject(error: unknown): void }) => void, unknown]>([
    ['returns', ({ resolve }) => resolve(1), { value: 1 }],
    ['throws', ({ reject }) => reject('no'), 'no'],
  ])('aborts the signal, and what the run does in its grace counts: it %s', async (_how, end, what) => {
    const { start, pass, told, numTimers } = limiting();
    const holding = plain();
    const run = start(holding);
    await pass(5);
    expect(holding.signal.reason).toBeInstanceOf(JobTimeoutError);
    expect(holding.signal.reason).toMatchObject({ jobId: holding.job.id, maxRunSecs: 5 });
    await pass(9.9);
    end(run);
    await run.over;
    expect(run.result.what).toEqual(what);
    expect(numTimers()).toBe(0);
    expect(told.map(({ eventType }) => eventType)).toEqual(['WORKER_JOB_TIMEOUT']);
  });

  it('ends the wait after the grace, and tells of an overrun, and of how the function ends later', async () => {
    const { start, pass, told } = limiting();
    const holding = plain();
    const { resolve, over, result } = start(holding);
    await pass(15);
    await over;
    expect(result.what).toBe(holding.signal.reason);
    const about = aboutRun(holding.job, 'w');
    expect(told).toEqual([
      { eventType: 'WORKER_JOB_TIMEOUT', ...about, maxRunSecs: 5, durationMs: 5_000 },
      { eventType: 'WORKER_JOB_OVERRUN', ...about, durationMs: 15_000 },
    ]);
    await pass(85);
    resolve();
    await pass(0);
    expect(told.slice(2)).toEqual([
      { eventType: 'WORKER_JOB_LATE_END', ...about, ended: 'returned', error: undefined, durationMs: 100_000 },
    ]);
  });

  it('keeps the slot of a job in a group until the function ends; then the attempt has failed all the same', async () => {
    const { start, pass, told, numTimers } = limiting();
    const holding = grouped();
    const { reject, over, result } = start(holding);
    await pass(50);
    expect(result.what).toBe('waited for');
    expect(told.map(({ eventType }) => eventType)).toEqual(['WORKER_JOB_TIMEOUT', 'WORKER_JOB_OVERRUN']);
    reject('late');
    await over;
    expect(result.what).toBe(holding.signal.reason);
    expect(told[2]).toMatchObject({ eventType: 'WORKER_JOB_LATE_END', ended: 'threw', error: 'late' });
    expect(numTimers()).toBe(0);
  });

  it('keeps the slot of a job in a group no longer than the group stays locked', async () => {
    const { start, pass } = limiting();
    const holding = grouped();
    const { over, result } = start(holding);
    await pass(99);
    expect(result.what).toBe('waited for');
    await pass(1);
    await over;
    expect(result.what).toBe(holding.signal.reason);
  });

  it('may be longer than a timer can hold', async () => {
    const { start, pass } = limiting({ unlockMs: Infinity });
    const holding = plain();
    start(holding, 60 * 86_400);
    await pass(60 * 86_400 - 1);
    expect(holding.signal.aborted).toBe(false);
    await pass(1);
    expect(holding.signal.aborted).toBe(true);
  });

  it('comes second where the run was told to end for its Worker: that reason stays', async () => {
    const { start, pass } = limiting();
    const holding = plain();
    start(holding);
    holding.interrupt('w');
    await pass(5);
    expect(holding.signal.reason).toMatchObject({ code: 'BEAR_WORKER_STOPPING' });
    expect(holding.isInterrupted).toBe(true);
  });

  it('says nothing more of a run that its Worker has left: who waits for that tells how it ends', async () => {
    const { start, pass, told } = limiting();
    const holding = plain();
    const { resolve, over, result } = start(holding);
    await pass(5);
    holding.leave();
    await pass(100);
    expect(result.what).toBe('waited for');
    resolve('late');
    await over;
    expect(result.what).toEqual({ value: 'late' });
    expect(told.map(({ eventType }) => eventType)).toEqual(['WORKER_JOB_TIMEOUT']);
  });

  it('warns of each hundred functions that hang at once', async () => {
    const { start, pass, warnings } = limiting();
    const runs = Array.from({ length: 250 }, () => start(plain()));
    await pass(15);
    expect(warnings.map((text) => text.split(' ', 1)[0])).toEqual(['100', '200']);
    for (const { resolve } of runs) resolve();
    await pass(0);
    for (let n = 0; n < 99; n += 1) start(plain());
    await pass(15);
    expect(warnings).toHaveLength(2);
  });
});
