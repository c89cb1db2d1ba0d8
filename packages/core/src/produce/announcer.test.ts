import { expect, it } from '@jest/globals';
import type { Driver } from '../driver/index.ts';
import { systemClock } from '../runtime/clock.ts';
import { tablesOf } from '../schema/index.ts';
import { Announcer } from './announcer.ts';

/** Notes what it is given, and answers at once. */
function noting(): { readonly driver: Driver; readonly sent: string[] } {
  const sent: string[] = [];
  const run: Driver['run'] = async ({ name }) => {
    sent.push(name);
    return [];
  };
  return { driver: { run } as Driver, sent };
}

const fails = (error: unknown): never => {
  throw error;
};

// It went right before the next insert, took the connection that this would have taken, and ran beside it: 5 in 100 calls of a
// stream of single enqueues took a third longer.
it('leaves a notification that is due to its timer, even where that is late', async () => {
  const { driver, sent } = noting();
  const announcer = new Announcer(driver, tablesOf('queue'), { onFailed: fails, onFull: fails });
  void announcer.send();
  expect(sent).toEqual(['bearmq_notify']); // the first after a quiet spell
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); // the interval is over, and no timer had its turn
  expect(announcer.send()).toBeUndefined();
  expect(announcer.isQuiet).toBe(false);
  expect(sent).toEqual(['bearmq_notify']);
  await new Promise<void>((resolve) => {
    systemClock.after(0, resolve); // later than the one that is waited for, which was set before
  });
  expect(sent).toEqual(['bearmq_notify', 'bearmq_notify']);
});
