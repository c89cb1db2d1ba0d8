import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { lockWaits } from '../support/lock-waits.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);
const states = async () =>
  (await schema.rows('select state::text from {s}.job order by seq')).map(({ state }) => state);

const places = async () =>
  (await schema.rows('select channel, name, open from {s}.job_turn order by 1, 2')).map(
    ({ channel, name, open }) => `${channel}/${name} ${open}`,
  );

beforeEach(() => empty(schema));

describe('a claim of grouped jobs', () => {
  it('serves a demand that finds only groups after one that found other jobs', async () => {
    const worker = await statements.worker();
    const free = await statements.insert(...Array.from({ length: 6 }, (_, n) => ({ channel: 'X', name: `N${n % 3}` })));
    const grouped = await statements.insert({ channel: 'Y', jobGroup: 'g' }, { channel: 'Y', jobGroup: 'h' });
    const { jobs } = await statements.claim(worker, {
      names: ['JOB', 'N0', 'N1', 'N2'],
      demands: [
        { channels: ['X'], slots: 2, ahead: 4, maxPerGroup: 1 },
        { channels: ['Y'], slots: 2, ahead: 0, maxPerGroup: 1 },
        { channels: ['X', 'Y'], slots: 2, ahead: 0, maxPerGroup: 1 },
      ],
    });
    expect(jobs.map(ids)).toEqual([free, grouped]);
  });

  it('takes the oldest of each group, and locks the group', async () => {
    const worker = await statements.worker();
    const all = await statements.insert({ jobGroup: 'a' }, { jobGroup: 'a' }, { jobGroup: 'b' }, {}, { jobGroup: 'b' });
    const jobs = await statements.claimed(worker);
    expect(ids(jobs)).toEqual([all[0], all[2], all[3]]);
    expect(jobs.map(({ jobGroup }) => jobGroup)).toEqual(['a', 'b', null]);
    expect(await statements.group('a')).toMatchObject({ running: 1, locked_at: expect.any(Date) });
    expect(await statements.group('b')).toMatchObject({ running: 1 });
    expect(await statements.claimed(worker)).toEqual([]);
  });

  it('takes the next one once the one before is settled, whoever looks', async () => {
    const [a, b] = [await statements.worker(), await statements.worker()];
    const all = await statements.insert(...Array.from({ length: 5 }, () => ({ jobGroup: 'g' })));
    const seen: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const worker = i % 2 === 0 ? a : b;
      const jobs = await statements.claimed(worker);
      expect(await statements.claimed(i % 2 === 0 ? b : a)).toEqual([]);
      seen.push(...ids(jobs));
      await statements.succeed(...jobs);
    }
    expect(seen).toEqual(all);
    expect(await statements.group('g')).toMatchObject({ running: 0 });
  });

  it('takes the highest priority of a group first', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(
      { jobGroup: 'g' },
      { jobGroup: 'g', priority: 5 },
      { jobGroup: 'g', priority: 5 },
    );
    const seen: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const jobs = await statements.claimed(worker);
      seen.push(...ids(jobs));
      await statements.succeed(...jobs);
    }
    expect(seen).toEqual([all[1], all[2], all[0]]);
  });

  it('may take a run of them, to be worked off in order under one lock', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(...Array.from({ length: 5 }, () => ({ jobGroup: 'g' })));
    const jobs = await statements.claimed(worker, { slots: 1, ahead: 10, maxPerGroup: 3 });
    expect(ids(jobs)).toEqual(all.slice(0, 3));
    expect(jobs.map(({ isStarted }) => isStarted)).toEqual([true, false, false]);
    expect(await statements.group('g')).toMatchObject({ running: 3 });
    await statements.succeed(...jobs.slice(0, 2));
    expect(await statements.group('g')).toMatchObject({ running: 1 });
    expect(await statements.claimed(worker)).toEqual([]);
    await statements.succeed(...jobs.slice(2));
    expect(ids(await statements.claimed(worker, { maxPerGroup: 9 }))).toEqual(all.slice(3));
  });

  it('spends the attempt of the first head alone', async () => {
    const worker = await statements.worker();
    await statements.insert(...['a', 'b', 'c', 'a', 'b'].map((jobGroup) => ({ jobGroup })));
    const jobs = await statements.claimed(worker, { slots: 2, ahead: 8, maxPerGroup: 2 });
    expect(new Set(jobs.map(({ jobGroup }) => jobGroup))).toEqual(new Set(['a', 'b', 'c']));
    expect(jobs.map(({ isStarted }) => isStarted)).toEqual([true, false, false, false, false]);
  });

  it('passes over a group that another transaction holds, without waiting', async () => {
    const worker = await statements.worker();
    await schema.rows(`insert into {s}.job_group (name) values ('held')`);
    const [held, free] = await statements.insert({ jobGroup: 'held' }, { jobGroup: 'free' });
    const lock = `select 1 from {s}.job_group where name = 'held' for update`;
    expect(ids(await whileLocked(schema, lock, [], () => statements.claimed(worker)))).toEqual([free]);
    expect(await statements.job(held ?? '')).toMatchObject({ fence: 0 });
    expect(ids(await statements.claimed(worker))).toEqual([held]);
  });

  it('ends a run before a job that another transaction holds: the order of the group comes first', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(...Array.from({ length: 4 }, () => ({ jobGroup: 'g' })));
    const lock = 'select 1 from {s}.job where id = $1 for update';
    const options = { slots: 1, ahead: 9, maxPerGroup: 4 };
    expect(ids(await whileLocked(schema, lock, [all[2]], () => statements.claimed(worker, options)))).toEqual(
      all.slice(0, 2),
    );
    expect(await statements.claimed(worker, options)).toEqual([]);
  });

  it('takes nothing of a group whose oldest job another transaction holds', async () => {
    const worker = await statements.worker();
    const all = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g' });
    const lock = 'select 1 from {s}.job where id = $1 for update';
    expect(await whileLocked(schema, lock, [all[0]], () => statements.claimed(worker, { maxPerGroup: 2 }))).toEqual([]);
    expect(ids(await statements.claimed(worker))).toEqual(all.slice(0, 1));
  });

  it('meets what waits behind a busy group as one place in line, and finds what comes after it', async () => {
    const worker = await statements.worker();
    await statements.insert(...Array.from({ length: 600 }, () => ({ jobGroup: 'hot' })));
    const [cold] = await statements.insert({ jobGroup: 'cold' });
    const [first] = await statements.claimed(worker, { slots: 1 });
    const seen: string[] = [];
    for (let i = 0; i < 20 && seen.length === 0; i += 1)
      seen.push(...ids(await statements.claimed(worker, { slots: 1 })));
    expect(seen).toEqual([cold]);
    if (first !== undefined) await statements.succeed(first);
    const [second] = await statements.claimed(worker, { slots: 1 });
    expect(second?.seq).toBe((first?.seq ?? 0) + 1);
  });

  it('says so when there is more behind what it moved', async () => {
    const worker = await statements.worker();
    await statements.insert(...Array.from({ length: 1_000 }, () => ({ jobGroup: 'hot' })));
    await statements.insert({ jobGroup: 'cold' });
    await statements.claim(worker, { slots: 1 });
    const { jobs, mayHaveMore } = await statements.claim(worker, { slots: 2 });
    expect(jobs.flat().length > 0 || mayHaveMore).toBe(true);
  });

  it('has a place in line for each lane of a group, which is open only while the group is', async () => {
    const worker = await statements.worker();
    await statements.insert(
      { jobGroup: 'g' },
      { jobGroup: 'g' },
      { jobGroup: 'g', channel: 'Y' },
      { jobGroup: 'g', name: 'OTHER' },
    );
    const jobs = await statements.claimed(worker);
    await statements.claimed(worker);
    const shut = ['DEFAULT/JOB false', 'DEFAULT/OTHER false', 'Y/JOB false'];
    expect(await places()).toEqual(shut);
    expect(await states()).toEqual(['running', 'blocked', 'blocked', 'blocked']);
    await statements.succeed(...jobs);
    // Open in each lane, so that any worker that may run a job of it finds it.
    expect(await places()).toEqual(shut.map((place) => place.replace('false', 'true')));
  });

  it('takes a group’s oldest job that this worker may run, whatever else waits in it', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(
      { jobGroup: 'g', name: 'OTHER' },
      { jobGroup: 'g', channel: 'Y' },
      { jobGroup: 'g' },
    );
    expect(ids(await statements.claimed(worker, { channels: ['DEFAULT'] }))).toEqual([all[2]]);
    expect(await statements.claimed(worker, { names: ['OTHER', 'JOB'] })).toEqual([]);
  });

  it('never takes two of a group, however many claim at once', async () => {
    const workers = await Promise.all(Array.from({ length: 8 }, () => statements.worker()));
    await statements.insert(...Array.from({ length: 60 }, (_, n) => ({ jobGroup: `g${n % 5}`, channel: `C${n % 2}` })));
    const order = new Map<string, number[]>();
    for (let left = 60; left > 0; ) {
      const claims = await Promise.all(workers.map((worker) => statements.claimed(worker, { slots: 3 })));
      const jobs = claims.flat();
      const groups = jobs.map(({ jobGroup }) => jobGroup ?? '');
      expect(new Set(groups).size).toBe(groups.length);
      for (const { jobGroup, seq } of jobs) order.set(jobGroup ?? '', [...(order.get(jobGroup ?? '') ?? []), seq]);
      await Promise.all(jobs.map((job) => statements.succeed(job)));
      left -= jobs.length;
    }
    for (const seqs of order.values()) expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(await schema.value('select sum(running)::int from {s}.job_group')).toBe(0);
  });

  it('promotes due retries of a busy group without letting them run beside it', async () => {
    const worker = await statements.worker();
    await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g', delaySecs: 10 });
    const jobs = await statements.claimed(worker);
    await schema.age(11, 'job');
    expect(await statements.claimed(worker)).toEqual([]);
    await statements.succeed(...jobs);
    expect(await statements.claimed(worker)).toHaveLength(1);
  });

  it('never deadlocks with another over groups that are new to both, in whatever order they look', async () => {
    const [a, b] = [await statements.worker(), await statements.worker()];
    await statements.insert(...['x', 'y', 'z'].map((name) => ({ channel: name, jobGroup: name })));
    const look = (...channels: readonly string[]) =>
      channels.map((channel) => ({ channels: [channel], slots: 1, ahead: 0, maxPerGroup: 1 }));
    const waiting = (count: number) =>
      until(`${count} claims wait`, async () => (await lockWaits(schema, 'claim_v1')) === count);
    // The first claim is held up at z, between x and y, while the second comes along from y to x.
    const both = await whileLocked(schema, `insert into {s}.job_group (name) values ('z')`, [], async () => {
      const first = statements.claimed(a, { demands: look('x', 'z', 'y') });
      await waiting(1);
      const second = statements.claimed(b, { demands: look('y', 'x') });
      await waiting(2);
      return { claims: Promise.all([first, second]) };
    });
    const taken = (await both.claims).flat();
    expect(taken.map(({ jobGroup }) => jobGroup).sort()).toEqual(['x', 'y', 'z']);
  });

  it('serves several demands of the same channel from groups that are new', async () => {
    const worker = await statements.worker();
    const all = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'h' });
    const demand = { channels: ['DEFAULT'], slots: 1, ahead: 0, maxPerGroup: 1 };
    expect(ids(await statements.claimed(worker, { demands: [demand, demand] }))).toEqual(all);
  });
});
