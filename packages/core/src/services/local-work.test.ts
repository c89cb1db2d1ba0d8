import { describe, expect, it } from '@jest/globals';
import { LocalWork } from './local-work.ts';

describe('work that this process made', () => {
  it('is told to all that subscribed, until they leave', () => {
    const work = new LocalWork();
    const heard: unknown[] = [];
    const leave = work.subscribe((announced) => heard.push(['first', announced]));
    work.subscribe((announced) => heard.push(['second', announced]));
    work.announce(null);
    leave();
    work.announce([]);
    expect(heard).toEqual([
      ['first', null],
      ['second', null],
      ['second', []],
    ]);
  });

  it('needs nobody who listens', () => {
    expect(() => new LocalWork().announce(null)).not.toThrow();
  });
});
