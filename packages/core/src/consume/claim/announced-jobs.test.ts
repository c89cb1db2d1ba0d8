import { describe, expect, it } from '@jest/globals';
import { ChannelChoice, type SlotOwner } from '../slots.ts';
import { ToldJobs } from './announced-jobs.ts';

/** Workers that are idle: their last claim found less than it asked for. */
function idle(channels: readonly string[] | null, slots: number): ChannelChoice<SlotOwner> {
  const choice = new ChannelChoice<SlotOwner>(channels, 0, () => {});
  choice.add({ id: 'a worker' }, slots, 0);
  choice.isDry = true;
  return choice;
}

const job = (id: string, channel = 'C', name = 'OURS') => ({ id, channel, name });
const isOurs = (name: string) => name === 'OURS';

function told(...jobs: readonly ReturnType<typeof job>[]): ToldJobs {
  const made = new ToldJobs();
  made.add(jobs);
  return made;
}

describe('jobs that a process was told of', () => {
  it('have the slots of idle workers, and are told of once', () => {
    const choice = idle(null, 2);
    const jobs = told(job('1'), job('2'));
    expect(jobs.place([choice], isOurs)).toEqual([
      { job: job('1'), choice },
      { job: job('2'), choice },
    ]);
    expect(jobs.place([choice], isOurs)).toEqual([]);
  });

  it('go to those who take their channel', () => {
    const [other, mine, all] = [idle(['D'], 1), idle(['C'], 1), idle(null, 1)];
    expect(told(job('1'), job('2')).place([other, mine, all], isOurs)).toEqual([
      { job: job('1'), choice: mine },
      { job: job('2'), choice: all },
    ]);
  });

  it('are nobody’s here when the name or the channel is not taken', () => {
    expect(told(job('1', 'C', 'OTHER')).place([idle(null, 1)], isOurs)).toEqual([]);
    expect(told(job('1', 'D')).place([idle(['C'], 1)], isOurs)).toEqual([]);
  });

  it('are looked for when there are more of them than slots', () => {
    expect(told(job('1'), job('2')).place([idle(null, 1)], isOurs)).toBeNull();
  });

  it('are looked for when workers are not idle: there may be better ones', () => {
    const busy = idle(null, 1);
    busy.isDry = false;
    expect(told(job('1')).place([busy], isOurs)).toBeNull();
    expect(told(job('1')).place([idle(null, 1), busy], isOurs)).toBeNull();
  });

  it('are forgotten when there are a thousand of them', () => {
    const jobs = new ToldJobs();
    const some = Array.from({ length: 600 }, (_, n) => job(String(n)));
    expect(jobs.add(some)).toBe(true);
    expect(jobs.add(some)).toBe(false);
    expect(jobs.place([idle(null, 10_000)], isOurs)).toEqual([]);
  });
});
