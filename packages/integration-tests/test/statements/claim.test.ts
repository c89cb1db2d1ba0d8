import { fromPg } from '@bearmq/driver-pg';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);

beforeEach(() => empty(schema));

describe('a claim', () => {
  it('takes ready jobs up to its slots, first in first out, and leaves the others', async () => {
    const worker = await statements.worker();
    const all = await statements.insert({}, {}, {}, {}, {});
    expect(ids(await statements.claimed(worker, { slots: 2 }))).toEqual(all.slice(0, 2));
    expect(ids(await statements.claimed(worker, { slots: 10 }))).toEqual(all.slice(2));
    expect(await statements.claimed(worker)).toEqual([]);
  });

  it('marks them as running, held by this worker, with the next claim number and the attempt spent', async () => {
    const worker = await statements.worker();
    const [id = ''] = await statements.insert({ numAttempts: 3, payloadText: '{"a":  1}' });
    const [job] = await statements.claimed(worker);
    expect(job).toMatchObject({
      id,
      name: 'JOB',
      channel: 'DEFAULT',
      jobGroup: null,
      attempt: 1,
      numAttempts: 3,
      timeoutSecs: 300,
      priority: 0,
      fence: 1,
      isStarted: true,
      isSuspect: false,
      payloadText: '{"a":  1}',
    });
    expect(await statements.job(id)).toMatchObject({
      state: 'running',
      process_id: worker,
      attempt: 1,
      fence: 1,
      started: true,
      claimed_at: expect.any(Date),
    });
  });

  it('never tells of a wait below nothing, where the job became ready after the claim had begun', async () => {
    const worker = await statements.worker();
    await statements.insert({}, {});
    await schema.rows(
      `update {s}.job set ready_at = now() + interval '1 s' where seq = (select min(seq) from {s}.job)`,
    );
    const waits = (await statements.claimed(worker, { slots: 2 })).map(({ waitedMs }) => waitedMs);
    expect(waits).toEqual([0, expect.any(Number)]);
    expect(waits[1]).toBeGreaterThan(0);
  });

  it('takes the highest priority first, and the oldest of one priority', async () => {
    const worker = await statements.worker();
    const priorities = [0, 5, -5, 5, 32_767, -32_768, 0];
    const all = await statements.insert(...priorities.map((priority) => ({ priority })));
    const order = [4, 1, 3, 0, 6, 2, 5].map((i) => all[i]);
    expect(ids(await statements.claimed(worker, { slots: 3 }))).toEqual(order.slice(0, 3));
    expect(ids(await statements.claimed(worker))).toEqual(order.slice(3));
  });

  it('keeps that order over all its channels and names', async () => {
    const worker = await statements.worker();
    const names = ['A', 'B', 'C'];
    const rows = Array.from({ length: 30 }, (_, n) => ({
      name: names[n % 3] ?? '',
      channel: `C${n % 4}`,
      priority: [0, 0, 7, -7][n % 4] ?? 0,
    }));
    const all = await statements.insert(...rows);
    const order = rows
      .map(({ priority }, n) => ({ priority, n, id: all[n] ?? '' }))
      .sort((a, b) => b.priority - a.priority || a.n - b.n);
    const seen: string[] = [];
    for (let i = 0; i < 5; i += 1) seen.push(...ids(await statements.claimed(worker, { names, slots: 7 })));
    expect(seen).toEqual(ids(order));
  });

  it('finds the highest priority of each lane, however many came before it', async () => {
    const worker = await statements.worker();
    const low = Array.from({ length: 20 }, () => ({ channel: 'X', priority: 0 }));
    const middle = Array.from({ length: 20 }, () => ({ channel: 'Y', priority: 5 }));
    const high = Array.from({ length: 3 }, () => ({ channel: 'X', priority: 9 }));
    const all = await statements.insert(...low, ...middle, ...high);
    expect(ids(await statements.claimed(worker, { slots: 3 }))).toEqual(all.slice(40));
  });

  it('takes only the names and channels that it names', async () => {
    const worker = await statements.worker();
    const [a, b, c, d] = await statements.insert(
      { name: 'A', channel: 'X' },
      { name: 'B', channel: 'X' },
      { name: 'A', channel: 'Y' },
      { name: 'A', channel: 'X y "z"' },
    );
    expect(ids(await statements.claimed(worker, { names: ['A'], channels: ['X'] }))).toEqual([a]);
    expect(ids(await statements.claimed(worker, { names: ['A', 'none'], channels: ['X y "z"', 'none'] }))).toEqual([d]);
    expect(ids(await statements.claimed(worker, { names: ['B', 'A'] }))).toEqual([b, c]);
  });

  it('serves each demand by itself, and gives no job twice', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(...Array.from({ length: 8 }, (_, n) => ({ channel: n % 2 === 0 ? 'X' : 'Y' })));
    const { jobs } = await statements.claim(worker, {
      demands: [
        { channels: ['Y'], slots: 2, ahead: 0, maxPerGroup: 1 },
        { channels: ['none'], slots: 5, ahead: 0, maxPerGroup: 1 },
        { channels: null, slots: 3, ahead: 0, maxPerGroup: 1 },
        { channels: ['X', 'Y'], slots: 9, ahead: 0, maxPerGroup: 1 },
      ],
    });
    expect(jobs.map(ids)).toEqual([[all[1], all[3]], [], [all[0], all[2], all[4]], [all[5], all[6], all[7]]]);
  });

  it('passes over a job that another transaction holds, without waiting', async () => {
    const worker = await statements.worker();
    const all = await statements.insert({}, {}, {}, { channel: 'Y' });
    const lock = 'select 1 from {s}.job where id = $1 for update';
    const jobs = await whileLocked(schema, lock, [all[0]], () => statements.claimed(worker, { slots: 2 }));
    expect(ids(jobs)).toHaveLength(2);
    expect(ids(jobs)).not.toContain(all[0]);
    expect(ids(await statements.claimed(worker))).toContain(all[0]);
  });

  it('shares with another claim that is not committed: no job goes to both', async () => {
    const [a, b] = [await statements.worker(), await statements.worker()];
    const all = await statements.insert(...Array.from({ length: 10 }, () => ({})));
    const client = await schema.pool.connect();
    await client.query('begin');
    const first = await statements.claimed(a, { slots: 4, session: fromPg(client) });
    const second = await statements.claimed(b, { slots: 4 });
    expect(ids(first)).toEqual(all.slice(0, 4));
    expect(ids(second)).toEqual(all.slice(4, 8));
    await client.query('rollback');
    client.release();
    expect(ids(await statements.claimed(b))).toEqual([...all.slice(0, 4), ...all.slice(8)]);
  });

  it('never gives one job to two of many that claim at once', async () => {
    const workers = await Promise.all(Array.from({ length: 8 }, () => statements.worker()));
    const all = await statements.insert(...Array.from({ length: 200 }, (_, n) => ({ channel: `C${n % 3}` })));
    const jobs: string[] = [];
    for (let i = 0; i < 40 && jobs.length < all.length; i += 1) {
      const claims = await Promise.all(workers.map((worker) => statements.claimed(worker, { slots: 5 })));
      jobs.push(...ids(claims.flat()));
    }
    expect(new Set(jobs).size).toBe(jobs.length);
    expect(jobs.length).toBe(all.length);
  });

  it('returns a job that has no attempt left, one past its last, to be finalized', async () => {
    const worker = await statements.worker();
    const [id = ''] = await statements.insert({ numAttempts: 2 });
    await schema.rows('update {s}.job set attempt = 2');
    const [job] = await statements.claimed(worker);
    expect(job).toMatchObject({ id, attempt: 3, numAttempts: 2 });
    expect(await statements.job(id)).toMatchObject({ state: 'running', attempt: 2 });
  });
});

describe('the lease that a claim names', () => {
  it('must be held: else nothing is claimed, and it says so', async () => {
    const worker = await statements.worker();
    await statements.insert({});
    expect(await statements.claim(uuidv4())).toMatchObject({ jobs: [], isLeaseHeld: false });
    expect(await statements.claim(worker, { generation: 1 })).toMatchObject({ jobs: [], isLeaseHeld: false });
    expect(await statements.claim(worker)).toMatchObject({ isLeaseHeld: true, jobs: [[{ fence: 1 }]] });
  });

  it('does not keep others from claiming at the same time', async () => {
    const worker = await statements.worker();
    await statements.insert({});
    const lock = 'select 1 from {s}.process where id = $1 for key share';
    expect(await whileLocked(schema, lock, [worker], () => statements.claimed(worker))).toHaveLength(1);
  });
});

describe('what a claim tells of the queue', () => {
  it('is nothing when there is nothing', async () => {
    const worker = await statements.worker();
    expect(await statements.claim(worker)).toMatchObject({
      jobs: [],
      isLeaseHeld: true,
      nextDueMs: null,
      isDueHeld: false,
      isRescueDue: false,
      mayHaveMore: false,
    });
  });

  it('is when the next scheduled job is due, of whatever name', async () => {
    const worker = await statements.worker();
    await statements.insert({ delaySecs: 100 }, { delaySecs: 50, name: 'OTHER' });
    const { nextDueMs, jobs } = await statements.claim(worker);
    expect(jobs.flat()).toEqual([]);
    expect(nextDueMs).toBeGreaterThan(40_000);
    expect(nextDueMs).toBeLessThanOrEqual(50_000);
  });

  it('is whether a worker may be dead', async () => {
    const worker = await statements.worker();
    await statements.worker(3);
    expect(await statements.claim(worker)).toMatchObject({ isRescueDue: false });
    await schema.age(4, 'process');
    expect(await statements.claim(worker)).toMatchObject({ isRescueDue: true });
  });
});

describe('scheduled jobs that are due', () => {
  it('are made ready by any claim, and taken by those that know them', async () => {
    const worker = await statements.worker();
    const [mine, other, later] = await statements.insert(
      { delaySecs: 10 },
      { delaySecs: 10, name: 'OTHER' },
      { delaySecs: 100 },
    );
    await schema.age(11, 'job');
    expect(ids(await statements.claimed(worker))).toEqual([mine]);
    expect(await statements.job(other ?? '')).toMatchObject({ state: 'ready', run_at: null, fence: 0 });
    expect(await statements.job(later ?? '')).toMatchObject({ state: 'scheduled', fence: 0 });
  });

  it('take their place by age, not by when they were due', async () => {
    const worker = await statements.worker();
    const all = await statements.insert({ delaySecs: 10 }, {}, { delaySecs: 5 }, {});
    await schema.age(11, 'job');
    expect(ids(await statements.claimed(worker))).toEqual(all);
  });

  it('are passed over when another transaction holds them', async () => {
    const worker = await statements.worker();
    const [id] = await statements.insert({ delaySecs: 10 });
    await schema.age(11, 'job');
    const lock = 'select 1 from {s}.job where id = $1 for update';
    expect(await whileLocked(schema, lock, [id], () => statements.claimed(worker))).toEqual([]);
    expect(ids(await statements.claimed(worker))).toEqual([id]);
  });
});
