import { describe, expect, it } from '@jest/globals';
import { Wake } from './wake.ts';

describe('a wake', () => {
  it('stays set until it is cleared, however often it was set', () => {
    const wake = new Wake();
    expect(wake.isSet).toBe(false);
    wake.set();
    wake.set();
    expect(wake.isSet).toBe(true);
    wake.clear();
    expect(wake.isSet).toBe(false);
  });

  it('calls its waiter, and no longer once that has left', () => {
    const wake = new Wake();
    let calls = 0;
    const leave = wake.subscribe(() => {
      calls += 1;
    });
    wake.set();
    leave();
    wake.set();
    expect(calls).toBe(1);
  });

  it('does not lose a new waiter when an old one leaves late', () => {
    const wake = new Wake();
    const calls: string[] = [];
    const leaveFirst = wake.subscribe(() => calls.push('first'));
    wake.subscribe(() => calls.push('second'));
    leaveFirst();
    wake.set();
    expect(calls).toEqual(['second']);
  });
});
