import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../test/support/claimed-job.ts';
import type { ClaimedJob } from '../model/job.ts';
import { ChannelChoice, type Run, type SlotOwner } from './slots.ts';

/** A choice of channels whose starts are noted as `owner: job, job`. */
function choiceOf(owners: Readonly<Record<string, number>>) {
  const started: string[] = [];
  const runs: { readonly run: Run; readonly owner: SlotOwner }[] = [];
  const members = Object.fromEntries(Object.keys(owners).map((id) => [id, { id }]));
  const choice = new ChannelChoice<SlotOwner>(null, 0, (run: Run, owner) => {
    runs.push({ run, owner });
    started.push(`${owner.id}: ${run.jobs.map(({ name }) => name).join(', ')}`);
  });
  for (const [id, slots] of Object.entries(owners)) choice.add(members[id] as SlotOwner, slots, 0);
  /** The oldest run of a member is over. */
  const end = (id: string, now = 0) => {
    const [over] = runs.splice(
      runs.findIndex(({ owner }) => owner === members[id]),
      1,
    );
    if (over === undefined) throw new Error(`nothing runs in ${id}`);
    choice.free(over.owner, over.run, now);
  };
  return { choice, started, end, member: (id: string) => members[id] as SlotOwner };
}

const named = (...names: readonly string[]) => names.map((name) => claimedJob({ name }));

describe('the Workers of one choice of channels', () => {
  it('start jobs in their order, in whatever slot is free', () => {
    const { choice, started } = choiceOf({ a: 1, b: 2 });
    choice.accept(named('1', '2'), 0);
    expect(started).toEqual(['a: 1', 'b: 2']);
  });

  it('hold what cannot start, and start it when a slot is free', () => {
    const { choice, started, end } = choiceOf({ a: 1 });
    choice.accept(named('1', '2', '3'), 0);
    expect(started).toEqual(['a: 1']);
    end('a');
    expect(started).toEqual(['a: 1', 'a: 2']);
    end('a');
    end('a');
    expect(started).toEqual(['a: 1', 'a: 2', 'a: 3']);
    expect(choice.takeHeld()).toEqual([]);
  });

  it('leave out a claim that the process holds already', () => {
    const [known, fresh] = named('1', '2');
    const started: string[] = [];
    const choice = new ChannelChoice<SlotOwner>(
      null,
      0,
      ({ jobs }) => started.push(...jobs.map(({ name }) => name)),
      (claim) => claim !== known,
    );
    choice.add({ id: 'a' }, 3, 0);
    choice.accept([known, fresh] as ClaimedJob[], 0);
    expect(started).toEqual(['2']);
  });

  it('give all jobs of one group to one slot, in their order', () => {
    const { choice, started } = choiceOf({ a: 1, b: 1, c: 1 });
    const grouped = (name: string, jobGroup: string | null) => claimedJob({ name, jobGroup });
    choice.accept([grouped('1', 'g'), grouped('2', null), grouped('3', 'g'), grouped('4', 'h'), grouped('5', 'g')], 0);
    expect(started).toEqual(['a: 1, 3, 5', 'b: 2', 'c: 4']);
  });

  it('give up what they hold, once, when they are asked to', () => {
    const { choice, end, started } = choiceOf({ a: 1 });
    const jobs = named('1', '2', '3');
    choice.accept(jobs, 0);
    expect(choice.takeHeld()).toEqual(jobs.slice(1));
    expect(choice.takeHeld()).toEqual([]);
    end('a');
    expect(started).toEqual(['a: 1']);
  });

  it('hold a job for a moment', () => {
    const { choice } = choiceOf({ a: 1 });
    expect(choice.holdsUntil).toBe(Infinity);
    choice.accept(named('1', '2'), 500);
    choice.accept(named('3'), 900);
    expect(choice.holdsUntil).toBe(750);
  });

  it('take no more in the slots of one that has left, not even when its job is over', () => {
    const { choice, started, end, member } = choiceOf({ a: 1, b: 2 });
    choice.accept(named('1'), 0);
    choice.remove(member('a'), 1);
    end('a');
    choice.accept(named('2', '3', '4'), 0);
    expect(started).toEqual(['a: 1', 'b: 2', 'b: 3']);
    expect(choice.isUnused).toBe(false);
    choice.remove(member('b'), 2);
    expect(choice.isUnused).toBe(true);
  });

  it('start what is held when one joins', () => {
    const { choice, started } = choiceOf({ a: 1 });
    choice.accept(named('1', '2'), 0);
    choice.add({ id: 'late' }, 1, 0);
    expect(started).toEqual(['a: 1', 'late: 2']);
  });
});

describe('what they ask for', () => {
  it('is a job for each free slot at first, and none ahead', () => {
    const { choice } = choiceOf({ a: 2, b: 1 });
    expect(choice.demand(0)).toEqual({ channels: null, slots: 3, ahead: 0, run: 1 });
    choice.accept(named('1'), 0);
    expect(choice.demand(0)).toMatchObject({ slots: 2 });
  });

  it('is nothing without a free slot, while jobs take long', () => {
    const { choice } = choiceOf({ a: 1 });
    choice.accept(named('1'), 0);
    expect(choice.demand(0)).toBe(null);
    choice.meter.add(10_000, 100);
    expect(choice.demand(10_000)).toBe(null);
  });

  it('is nothing while the last claim came up short, and when nobody is there', () => {
    const { choice, member } = choiceOf({ a: 1 });
    choice.isDry = true;
    expect(choice.demand(0)).toBe(null);
    expect(choice.isHungry).toBe(false);
    choice.isDry = false;
    expect(choice.isHungry).toBe(true);
    choice.remove(member('a'), 1);
    expect(choice.demand(0)).toBe(null);
  });

  it('is some jobs ahead while jobs are fast, even without a free slot, until enough are held', () => {
    const { choice } = choiceOf({ a: 1 });
    choice.accept(named('1'), 0);
    choice.meter.add(0.1, 100);
    const demand = choice.demand(40);
    expect(demand?.slots).toBe(0);
    expect(demand?.ahead).toBeGreaterThan(0);
    expect(demand?.run).toBeGreaterThan(1);
    choice.accept(named(...Array.from({ length: demand?.ahead ?? 0 }, (_, n) => `${n}`)), 40);
    expect(choice.demand(40)).toBe(null);
    expect(choice.isHungry).toBe(false);
  });

  it('is nothing ahead of a slot that is not about to be free', () => {
    const { choice, end } = choiceOf({ a: 2 });
    choice.accept(named('1', '2'), 0);
    choice.meter.add(1, 100);
    expect(choice.demand(40)).toMatchObject({ slots: 0, ahead: 100 });
    expect(choice.demand(60)).toBe(null);
    expect(choice.isHungry).toBe(true); // but asks again as soon as one is over
    end('a', 60);
    expect(choice.demand(60)).toMatchObject({ slots: 1, ahead: 50 });
    choice.accept(named('3'), 60);
    expect(choice.demand(70)).toMatchObject({ slots: 0, ahead: 50 });
  });

  it('does not count what those who have left are still busy with', () => {
    const { choice, end, member } = choiceOf({ a: 1, b: 1 });
    choice.accept(named('1'), 0);
    choice.meter.add(1, 100);
    choice.remove(member('a'), 1);
    expect(choice.demand(1_000)).toMatchObject({ slots: 1, ahead: 50 });
    end('a', 1_000);
    expect(choice.demand(1_000)).toMatchObject({ slots: 1, ahead: 50 });
  });
});
