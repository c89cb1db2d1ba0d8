import { describe, expect, it } from '@jest/globals';
import { ManualClock, settled } from '../../test/support/manual-clock.ts';
import { type PollLoopOptions, runPollLoop } from './poll-loop.ts';
import { Wake } from './wake.ts';

/** A loop on a clock that stands still, whose passes are counted. */
function loopOf(tick: (pass: number) => number | Promise<number>, onError: PollLoopOptions['onError'] = () => 1_000) {
  const clock = new ManualClock();
  const wake = new Wake();
  const abort = new AbortController();
  let passes = 0;
  const ended = runPollLoop({
    clock,
    wake,
    signal: abort.signal,
    onError,
    tick: async () => {
      passes += 1;
      return await tick(passes);
    },
  });
  return { clock, wake, abort, ended, passes: () => passes };
}

describe('a poll loop', () => {
  it('waits after each pass for as long as it says', async () => {
    const { clock, passes, abort, ended } = loopOf((pass) => pass * 100);
    await settled();
    expect(passes()).toBe(1);
    await clock.advance(99);
    expect(passes()).toBe(1);
    await clock.advance(1);
    expect(passes()).toBe(2);
    await clock.advance(199);
    expect(passes()).toBe(2);
    await clock.advance(1);
    expect(passes()).toBe(3);
    abort.abort();
    await ended;
  });

  it('goes on at once after a pass that says so', async () => {
    const { passes, abort, ended } = loopOf((pass) => (pass < 5 ? 0 : 1_000));
    await settled();
    expect(passes()).toBe(5);
    abort.abort();
    await ended;
  });

  it('is woken from its wait, and from one without end', async () => {
    const { wake, clock, passes, abort, ended } = loopOf(() => Infinity);
    await settled();
    wake.set();
    await settled();
    expect(passes()).toBe(2);
    await clock.advance(1e9);
    expect(passes()).toBe(2);
    abort.abort();
    await ended;
  });

  it('goes round once more when it is woken during a pass, and once only', async () => {
    let release: () => void = () => {};
    const { wake, passes, abort, ended } = loopOf(async (pass) => {
      if (pass === 1) await new Promise<void>((resolve) => (release = resolve));
      return Infinity;
    });
    await settled();
    wake.set();
    wake.set();
    wake.set();
    release();
    await settled();
    expect(passes()).toBe(2);
    abort.abort();
    await ended;
  });

  it('finishes the pass under way when it is aborted, and makes no other', async () => {
    let release: () => void = () => {};
    let isEnded = false;
    const { passes, abort, ended } = loopOf(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return 0;
    });
    void ended.then(() => (isEnded = true));
    await settled();
    abort.abort();
    await settled();
    expect(isEnded).toBe(false);
    release();
    await ended;
    expect(passes()).toBe(1);
  });

  it('makes no pass at all when it was aborted before', async () => {
    const abort = new AbortController();
    abort.abort();
    const tick = async () => {
      throw new Error('a pass was made');
    };
    const loop = { clock: new ManualClock(), wake: new Wake(), signal: abort.signal, tick, onError: () => 0 };
    await expect(runPollLoop(loop)).resolves.toBeUndefined();
  });

  it('counts failures in a row, and waits as it is told to', async () => {
    const told: [unknown, number][] = [];
    const { clock, passes, abort, ended } = loopOf(
      (pass) => {
        if (pass === 3) return 10;
        throw `failure ${pass}`;
      },
      (error, failures) => {
        told.push([error, failures]);
        return failures * 100;
      },
    );
    await clock.advance(99);
    expect(passes()).toBe(1);
    await clock.advance(1);
    expect(passes()).toBe(2);
    await clock.advance(200 + 10);
    expect(passes()).toBe(4);
    expect(told).toEqual([
      ['failure 1', 1],
      ['failure 2', 2],
      ['failure 4', 1],
    ]);
    abort.abort();
    await ended;
  });

  it('is not woken from the wait after a failure, but from the next one', async () => {
    const { clock, wake, passes, abort, ended } = loopOf((pass) => {
      if (pass === 1) throw new Error('once');
      return Infinity;
    });
    await settled();
    for (let i = 0; i < 10; i += 1) {
      wake.set();
      await settled();
    }
    expect(passes()).toBe(1);
    await clock.advance(1_000);
    expect(passes()).toBe(2);
    wake.set();
    await settled();
    expect(passes()).toBe(3);
    abort.abort();
    await ended;
  });

  it('is aborted out of the wait after a failure', async () => {
    const { abort, ended } = loopOf(() => {
      throw new Error('always');
    });
    await settled();
    abort.abort();
    await ended;
  });
});
