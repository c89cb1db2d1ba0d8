import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from './clock.ts';
import { Wake } from './wake.ts';

describe('the clock of the system', () => {
  it('only goes forward', () => {
    const before = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });

  it('sleeps no shorter than it is told', async () => {
    const start = systemClock.now();
    await systemClock.sleep(20, { wake: new Wake(), signal: new AbortController().signal });
    expect(systemClock.now() - start).toBeGreaterThanOrEqual(19);
  });

  it('is woken from its sleep, and from one without end', async () => {
    const wake = new Wake();
    const sleep = systemClock.sleep(Infinity, { wake, signal: new AbortController().signal });
    wake.set();
    await sleep;
    await systemClock.sleep(Infinity, { wake, signal: new AbortController().signal }); // still set
  });

  it('is aborted out of its sleep, and leaves no listener behind', async () => {
    const abort = new AbortController();
    const wake = new Wake();
    for (let i = 0; i < 20; i += 1) {
      const sleep = systemClock.sleep(60_000, { wake, signal: abort.signal });
      wake.set();
      await sleep;
      wake.clear();
    }
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    const sleep = systemClock.sleep(1e12, { wake, signal: abort.signal });
    abort.abort();
    await sleep;
    await systemClock.sleep(Infinity, { wake, signal: abort.signal });
  });

  it('calls back once, unless that is cancelled', async () => {
    const calls: string[] = [];
    const cancel = systemClock.after(1, () => calls.push('cancelled'));
    const called = new Promise<void>((resolve) => {
      systemClock.after(5, () => {
        calls.push('called');
        resolve();
      });
    });
    cancel();
    await called;
    expect(calls).toEqual(['called']);
  });
});
