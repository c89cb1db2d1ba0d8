import { describe, expect, it } from '@jest/globals';
import { Holdings } from '../holdings.ts';
import { SlotPool } from '../slots.ts';
import { AnnouncedJobs } from './announced-jobs.ts';

/** Workers that are idle: their last claim found less than it asked for. */
function idle(channels: readonly string[] | null, concurrency: number): SlotPool {
  const pool = new SlotPool(channels, 0, new Holdings());
  pool.join({ id: 'a worker', concurrency, start: () => {} }, 0);
  pool.isDrained = true;
  return pool;
}

const job = (id: string, channel = 'C', name = 'OURS') => ({ id, channel, name });
const isOurs = (name: string) => name === 'OURS';

function announced(...jobs: readonly ReturnType<typeof job>[]): AnnouncedJobs {
  const made = new AnnouncedJobs();
  made.keep(jobs);
  return made;
}

describe('jobs that were announced to a process', () => {
  it('have the slots of idle workers, and are placed once', () => {
    const pool = idle(null, 2);
    const jobs = announced(job('1'), job('2'));
    expect(jobs.place([pool], isOurs)).toEqual([
      { job: job('1'), pool },
      { job: job('2'), pool },
    ]);
    expect(jobs.place([pool], isOurs)).toEqual([]);
  });

  it('go to those who take their channel', () => {
    const [other, mine, all] = [idle(['D'], 1), idle(['C'], 1), idle(null, 1)];
    expect(announced(job('1'), job('2')).place([other, mine, all], isOurs)).toEqual([
      { job: job('1'), pool: mine },
      { job: job('2'), pool: all },
    ]);
  });

  it('are nobody’s here when the name or the channel is not taken', () => {
    expect(announced(job('1', 'C', 'OTHER')).place([idle(null, 1)], isOurs)).toEqual([]);
    expect(announced(job('1', 'D')).place([idle(['C'], 1)], isOurs)).toEqual([]);
  });

  it('are left to a scan when there are more of them than slots', () => {
    expect(announced(job('1'), job('2')).place([idle(null, 1)], isOurs)).toBeNull();
  });

  it('are left to a scan when workers are not idle: there may be better ones', () => {
    const busy = idle(null, 1);
    busy.isDrained = false;
    expect(announced(job('1')).place([busy], isOurs)).toBeNull();
    expect(announced(job('1')).place([idle(null, 1), busy], isOurs)).toBeNull();
  });

  it('are forgotten when there are a thousand of them', () => {
    const jobs = new AnnouncedJobs();
    const some = Array.from({ length: 600 }, (_, n) => job(String(n)));
    expect(jobs.keep(some)).toBe(true);
    expect(jobs.keep(some)).toBe(false);
    expect(jobs.place([idle(null, 10_000)], isOurs)).toEqual([]);
  });
});
