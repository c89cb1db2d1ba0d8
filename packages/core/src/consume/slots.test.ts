import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../test/support/claimed-job.ts';
import type { ClaimedJob } from '../model/job.ts';
import { Holdings } from './holdings.ts';
import { type Slot, SlotPool, type WorkerSlots } from './slots.ts';

/** A pool whose starts are noted as `worker: job, job`. */
function poolOf(concurrencies: Readonly<Record<string, number>>) {
  const started: string[] = [];
  const running: Slot[] = [];
  const holdings = new Holdings();
  const pool = new SlotPool(null, 0, holdings);
  const worker = (id: string, concurrency: number): WorkerSlots => ({
    id,
    concurrency,
    start: (slot) => {
      running.push(slot);
      started.push(`${id}: ${slot.run.holdings.map(({ job }) => job.name).join(', ')}`);
    },
  });
  const workers = new Map(Object.entries(concurrencies).map(([id, slots]) => [id, worker(id, slots)]));
  for (const one of workers.values()) pool.join(one, 0);
  const known = (id: string): WorkerSlots => {
    const one = workers.get(id);
    if (one === undefined) throw new Error(`there is no worker ${id}`);
    return one;
  };
  /** The oldest run of a worker is over. */
  const end = (id: string, now = 0) => {
    const [over] = running.splice(
      running.findIndex(({ owner }) => owner.id === id),
      1,
    );
    if (over === undefined) throw new Error(`nothing runs in ${id}`);
    pool.finish(over, now);
  };
  /** The names of the jobs of a worker's oldest run, and where each is. */
  const places = (id: string) =>
    running.find(({ owner }) => owner.id === id)?.run.holdings.map(({ job, phase }) => `${job.name} ${phase}`);
  return { pool, holdings, started, running, places, end, worker, known };
}

const named = (...names: readonly string[]) => names.map((name) => claimedJob({ name }));

/** Jobs of one group, as one claim brings them. */
function ofOneGroup<T extends readonly string[]>(...names: T): { [N in keyof T]: ClaimedJob } {
  const jobs = names.map((name, i) => claimedJob({ id: `job ${name}`, name, jobGroup: 'g', isStarted: i === 0 }));
  return jobs as { [N in keyof T]: ClaimedJob };
}

describe('the Workers of one pool', () => {
  it('start jobs in their order, in whatever slot is free', () => {
    const { pool, started } = poolOf({ a: 1, b: 2 });
    pool.accept(named('1', '2'), 0);
    expect(started).toEqual(['a: 1', 'b: 2']);
  });

  it('hold what cannot start, and start it when a slot is idle', () => {
    const { pool, started, end } = poolOf({ a: 1 });
    pool.accept(named('1', '2', '3'), 0);
    expect(started).toEqual(['a: 1']);
    end('a');
    expect(started).toEqual(['a: 1', 'a: 2']);
    end('a');
    end('a');
    expect(started).toEqual(['a: 1', 'a: 2', 'a: 3']);
    expect(pool.takeHeld()).toEqual([]);
  });

  it('put what is claimed behind a job of its group that runs already behind it, not beside it', () => {
    const { pool, started, places, end } = poolOf({ a: 2 });
    const [first, second] = ofOneGroup('1', '2');
    pool.accept([first], 0);
    pool.accept([first, second], 0);
    expect(started).toEqual(['a: 1']);
    expect(places('a')).toEqual(['1 next', '2 next']);
    end('a');
    expect([pool.chars, pool.takeHeld()]).toEqual([0, []]);
  });

  it('put what is claimed before a job of its group that runs already behind it, before those that have not begun', () => {
    const { pool, started, running, places, holdings, end } = poolOf({ a: 2 });
    const [first, second, third] = ofOneGroup('1', '2', '3');
    pool.accept([first, second, third], 0);
    const over = running[0]?.run.next();
    if (over === undefined) throw new Error('the first has no turn');
    holdings.release(over); // it was recorded, which was lost as well
    expect(running[0]?.run.next()?.job).toBe(second);
    pool.accept([first, second, third], 0);
    expect(started).toEqual(['a: 1, 2, 3']);
    expect(places('a')).toEqual(['1 next', '2 next', '1 next', '3 next']);
    expect([running[0]?.run.next()?.job, running[0]?.run.next()?.job]).toEqual([first, third]);
    end('a');
    expect([pool.chars, pool.takeHeld()]).toEqual([0, []]);
  });

  it('put what is claimed behind a job of its group that waits for a slot behind it', () => {
    const { pool, started, end } = poolOf({ a: 1 });
    const [first, second] = ofOneGroup('1', '2');
    pool.accept(named('0'), 0);
    pool.accept([first], 0);
    pool.accept([first, second], 0);
    expect(started).toEqual(['a: 0']);
    end('a');
    expect(started).toEqual(['a: 0', 'a: 1, 2']);
    end('a');
    expect([pool.chars, pool.takeHeld()]).toEqual([0, []]);
  });

  it('start what is claimed behind a job of its group that is over, and waits to be recorded', () => {
    const { pool, started, running } = poolOf({ a: 2 });
    const [first, second] = ofOneGroup('1', '2');
    pool.accept([first], 0);
    for (const holding of running[0]?.run.holdings ?? []) holding.phase = 'settling';
    pool.accept([first, second], 0);
    expect(started).toEqual(['a: 1', 'a: 2']);
  });

  it('leave out a claim that the process holds already', () => {
    const { pool, holdings, started } = poolOf({ a: 3 });
    const [known, fresh] = [claimedJob({ name: '1' }), claimedJob({ name: '2' })];
    holdings.take(known);
    pool.accept([known, fresh], 0);
    expect(started).toEqual(['a: 2']);
    expect(pool.chars).toBe(fresh.payloadText.length);
  });

  it('say where each job is: held, or next in its slot', () => {
    const { pool, known } = poolOf({ a: 1 });
    const phases: string[] = [];
    pool.leave(known('a'));
    pool.accept(named('1', '2'), 0);
    pool.join(
      { id: 'b', concurrency: 1, start: ({ run }) => phases.push(...run.holdings.map(({ phase }) => phase)) },
      0,
    );
    expect(phases).toEqual(['next']);
    expect(pool.takeHeld().map(({ phase }) => phase)).toEqual(['held']);
  });

  it('give all jobs of one group to one slot, in their order', () => {
    const { pool, started } = poolOf({ a: 1, b: 1, c: 1 });
    const grouped = (name: string, jobGroup: string | null) => claimedJob({ name, jobGroup });
    pool.accept([grouped('1', 'g'), grouped('2', null), grouped('3', 'g'), grouped('4', 'h'), grouped('5', 'g')], 0);
    expect(started).toEqual(['a: 1, 3, 5', 'b: 2', 'c: 4']);
  });

  it('give up what they hold, once, when they are asked to', () => {
    const { pool, end, started } = poolOf({ a: 1 });
    const jobs = named('1', '2', '3');
    pool.accept(jobs, 0);
    expect(pool.takeHeld().map(({ job }) => job)).toEqual(jobs.slice(1));
    expect(pool.takeHeld()).toEqual([]);
    end('a');
    expect(started).toEqual(['a: 1']);
  });

  it('hold a job for a moment', () => {
    const { pool } = poolOf({ a: 1 });
    expect(pool.holdsUntil).toBe(Infinity);
    pool.accept(named('1', '2'), 500);
    pool.accept(named('3'), 900);
    expect(pool.holdsUntil).toBe(750);
  });

  it('take no more in the slots of one that has left, not even when its job is over', () => {
    const { pool, started, end, known } = poolOf({ a: 1, b: 2 });
    pool.accept(named('1'), 0);
    pool.leave(known('a'));
    end('a');
    pool.accept(named('2', '3', '4'), 0);
    expect(started).toEqual(['a: 1', 'b: 2', 'b: 3']);
    expect(pool.isUnused).toBe(false);
    pool.leave(known('b'));
    expect(pool.isUnused).toBe(true);
  });

  it('start what is held when one joins', () => {
    const { pool, started, worker } = poolOf({ a: 1 });
    pool.accept(named('1', '2'), 0);
    pool.join(worker('late', 1), 0);
    expect(started).toEqual(['a: 1', 'late: 2']);
  });
});

describe('what they ask for', () => {
  it('is a job for each free slot at first, and none ahead', () => {
    const { pool } = poolOf({ a: 2, b: 1 });
    expect(pool.demand(0)).toEqual({ channels: null, slots: 3, ahead: 0, maxPerGroup: 1 });
    pool.accept(named('1'), 0);
    expect(pool.demand(0)).toMatchObject({ slots: 2 });
  });

  it('is nothing without a free slot, while jobs take long', () => {
    const { pool } = poolOf({ a: 1 });
    pool.accept(named('1'), 0);
    expect(pool.demand(0)).toBe(null);
    pool.meter.measure(10_000, 100);
    expect(pool.demand(10_000)).toBe(null);
  });

  it('is nothing while the last claim came up short, and when nobody is there', () => {
    const { pool, known } = poolOf({ a: 1 });
    pool.isDrained = true;
    expect([pool.demand(0), pool.wantsJobs]).toEqual([null, false]);
    pool.isDrained = false;
    expect(pool.wantsJobs).toBe(true);
    pool.leave(known('a'));
    expect(pool.demand(0)).toBe(null);
  });

  it('is some jobs ahead while jobs are fast, even without a free slot, until enough are held', () => {
    const { pool } = poolOf({ a: 1 });
    pool.accept(named('1'), 0);
    pool.meter.measure(0.1, 100);
    const demand = pool.demand(40);
    expect(demand?.slots).toBe(0);
    expect(demand?.ahead).toBeGreaterThan(0);
    expect(demand?.maxPerGroup).toBeGreaterThan(1);
    pool.isStartOnly = true; // what there is may not be held ahead
    expect([pool.wantsJobs, pool.demand(40)]).toEqual([false, null]);
    pool.hear();
    pool.accept(named(...Array.from({ length: demand?.ahead ?? 0 }, (_, n) => `${n}`)), 40);
    expect(pool.demand(40)).toBe(null);
    expect(pool.wantsJobs).toBe(false);
  });

  it('is nothing ahead of a slot that is not about to be free', () => {
    const { pool, end } = poolOf({ a: 2 });
    pool.accept(named('1', '2'), 0);
    pool.meter.measure(1, 100);
    expect(pool.demand(40)).toMatchObject({ slots: 0, ahead: 100 });
    expect(pool.demand(60)).toBe(null);
    expect(pool.wantsJobs).toBe(true); // but asks again as soon as one is over
    end('a', 60);
    expect(pool.demand(60)).toMatchObject({ slots: 1, ahead: 50 });
    pool.accept(named('3'), 60);
    expect(pool.demand(70)).toMatchObject({ slots: 0, ahead: 50 });
  });

  it('does not count what those who have left are still busy with', () => {
    const { pool, end, known } = poolOf({ a: 1, b: 1 });
    pool.accept(named('1'), 0);
    pool.meter.measure(1, 100);
    pool.leave(known('a'));
    expect(pool.demand(1_000)).toMatchObject({ slots: 1, ahead: 50 });
    end('a', 1_000);
    expect(pool.demand(1_000)).toMatchObject({ slots: 1, ahead: 50 });
  });
});
