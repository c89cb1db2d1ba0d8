import {
  type ClaimedJob,
  reconcile,
  registerWorker,
  removeWorker,
  renewLease,
  rescue,
  settle,
  takeSessionLock,
} from '@bearmq/core/internal';
import { fromPg } from '@bearmq/driver-pg';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { benchOf, empty } from '../support/bench.ts';
import { useSchema } from '../support/database.ts';
import { sessionOn } from '../support/session-on.ts';

const schema = useSchema();
const bench = benchOf(schema);
const { session, tables } = bench;
const AT_ONCE = { selfId: null, unlockSecs: 10_800, blockedSecs: 10_800, graceSecs: 0 };
const rescued = async () => (await rescue(session, tables, AT_ONCE)).rescued;
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);
const exists = async (workerId: string) =>
  (await schema.rows('select 1 from {s}.worker where id = $1', [workerId])).length === 1;

beforeEach(() => empty(schema));

describe('a lease', () => {
  it('can be renewed while its row is there, whoever else tries to rescue it', async () => {
    const workerId = await bench.worker(3);
    await schema.age(100, 'worker');
    expect(await renewLease(session, tables, { workerId, leaseSecs: 30, sessionKey: '-7' })).toMatchObject({
      isHeld: true,
    });
    expect(await rescued()).toEqual([]);
    expect(await schema.value('select session_key from {s}.worker')).toBe('-7');
    expect(await renewLease(session, tables, { workerId: uuidv4(), leaseSecs: 30, sessionKey: null })).toMatchObject({
      isHeld: false,
    });
  });

  it('is given up with its row, and a second time without harm', async () => {
    const workerId = await bench.worker();
    await removeWorker(session, tables, { workerId });
    await removeWorker(session, tables, { workerId });
    expect(await exists(workerId)).toBe(false);
  });

  it('is not given up while a job still runs under it: the row is what a rescue goes by', async () => {
    const workerId = await bench.worker();
    await bench.insert({});
    const [job] = await bench.claimed(workerId);
    await removeWorker(session, tables, { workerId });
    expect(await exists(workerId)).toBe(true);
    if (job !== undefined) await bench.succeed(job);
    await removeWorker(session, tables, { workerId });
    expect(await exists(workerId)).toBe(false);
  });
});

describe('a rescue', () => {
  it('leaves those alone whose lease lasts', async () => {
    const workerId = await bench.worker();
    await bench.insert({});
    await bench.claim(workerId);
    await schema.age(29, 'worker');
    expect(await rescued()).toEqual([]);
  });

  it('gives the jobs of a dead worker back, their spent attempts spent, and removes it', async () => {
    const workerId = await bench.worker();
    const other = await bench.worker(3_600);
    const [started = '', ahead = ''] = await bench.insert({ numAttempts: 2 }, { numAttempts: 2 });
    const [theirs = ''] = await bench.insert({ name: 'OTHER' });
    await bench.claim(workerId, { slots: 1, ahead: 1 });
    await bench.claim(other, { names: ['OTHER'] });
    await schema.age(31, 'worker');
    const all = await rescued();
    expect(all).toHaveLength(3);
    expect(all).toEqual(
      expect.arrayContaining([
        { kind: 'job', jobId: started, jobName: 'JOB' },
        { kind: 'job', jobId: ahead, jobName: 'JOB' },
        { kind: 'worker', workerId },
      ]),
    );
    expect(await bench.job(started)).toMatchObject({ state: 'ready', attempt: 1, claims: 2, worker_id: null });
    expect(await bench.job(ahead)).toMatchObject({ state: 'ready', attempt: 0, claims: 2, worker_id: null });
    expect(await bench.job(theirs)).toMatchObject({ state: 'running', claims: 1, worker_id: other });
    expect(await exists(workerId)).toBe(false);
    expect(await rescued()).toEqual([]);
  });

  it('makes them suspect of that death, until an attempt of theirs has failed, and not by a lost answer', async () => {
    const [first, second, third] = [await bench.worker(), await bench.worker(3_600), await bench.worker(3_600)];
    const [id = ''] = await bench.insert({ numAttempts: 5 });
    const suspicionOf = (jobs: readonly ClaimedJob[]) => jobs.map(({ isSuspect }) => isSuspect);
    expect(suspicionOf(await bench.claimed(first))).toEqual([false]);
    await reconcile(session, tables, { workerId: first, generation: 1, known: [] });
    expect(suspicionOf(await bench.claimed(first, { generation: 1, slots: 0, ahead: 1 }))).toEqual([false]);
    await schema.age(31, 'worker');
    await rescued();
    const [back] = await bench.claimed(second, { slots: 0, ahead: 1 });
    expect(back).toMatchObject({ id, isSuspect: true, isCounted: false, attempt: 1 });
    if (back !== undefined) await bench.settle({ kind: 'waiting', job: back, attempt: 0, secs: 0, errorText: null });
    const [again] = await bench.claimed(third);
    expect(again).toMatchObject({ isSuspect: true });
    if (again !== undefined) await bench.settle({ kind: 'waiting', job: again, attempt: 1, secs: 0, errorText: 'no' });
    expect(suspicionOf(await bench.claimed(third))).toEqual([false]);
  });

  it('frees their groups, and makes the next of these ready', async () => {
    const workerId = await bench.worker();
    const all = await bench.insert(...Array.from({ length: 4 }, () => ({ jobGroup: 'g', numAttempts: 2 })));
    const jobs = await bench.claimed(workerId, { slots: 1, ahead: 1, run: 2 });
    await schema.age(31, 'worker');
    await rescued();
    expect(await bench.group('g')).toMatchObject({ running: 0 });
    expect(await bench.succeed(...jobs)).toEqual(new Set(ids(jobs)));
    const next = await bench.worker();
    expect(ids(await bench.claimed(next))).toEqual(all.slice(0, 1));
  });

  it('passes over a worker whose claim is under way', async () => {
    const workerId = await bench.worker();
    await bench.insert({});
    await schema.age(31, 'worker');
    const client = await schema.pool.connect();
    await client.query('begin');
    await bench.claim(workerId, { session: fromPg(client) });
    expect(await rescued()).toEqual([]);
    await client.query('commit');
    client.release();
    expect(await rescued()).toHaveLength(2);
  });

  it('leaves a worker alone whose session lock is held, until blockedSecs have passed', async () => {
    const workerId = uuidv4();
    const sessionKey = String(-(2n ** 63n) + 5n);
    await registerWorker(session, tables, { workerId, leaseSecs: 30, sessionKey });
    await bench.insert({});
    await bench.claim(workerId);
    const client = await schema.direct.connect();
    expect(await takeSessionLock(sessionOn(client), tables, { sessionKey })).toBe(true);
    await schema.age(1_000, 'worker');
    expect(await rescued()).toEqual([]);
    expect(await takeSessionLock(session, tables, { sessionKey })).toBe(false);
    await client.query('select pg_advisory_unlock_all()');
    client.release();
    expect(await rescued()).toHaveLength(2);
  });

  it('does not take even a held lock for life beyond blockedSecs without a renewal', async () => {
    const workerId = uuidv4();
    await registerWorker(session, tables, { workerId, leaseSecs: 30, sessionKey: '77' });
    const client = await schema.direct.connect();
    await takeSessionLock(sessionOn(client), tables, { sessionKey: '77' });
    await schema.age(599, 'worker');
    const look = () => rescue(session, tables, { ...AT_ONCE, blockedSecs: 600 });
    expect((await look()).rescued).toEqual([]);
    await schema.age(2, 'worker');
    expect((await look()).rescued).toEqual([{ kind: 'worker', workerId }]);
    await client.query('select pg_advisory_unlock_all()');
    client.release();
  });

  it('is done once, by however many at once', async () => {
    for (let n = 0; n < 5; n += 1) {
      await bench.insert({}, { jobGroup: `g${n}` });
      await bench.claim(await bench.worker());
    }
    await schema.age(31, 'worker');
    const all = (await Promise.all(Array.from({ length: 6 }, () => rescued()))).flat();
    const jobs = all.filter(({ kind }) => kind === 'job');
    expect(jobs).toHaveLength(10);
    expect(new Set(jobs.map((job) => JSON.stringify(job))).size).toBe(10);
    expect(await schema.value('select sum(running)::int from {s}.job_group')).toBe(0);
  });

  it('finds running jobs whose worker has no row', async () => {
    const workerId = await bench.worker();
    const [id = ''] = await bench.insert({ jobGroup: 'g', numAttempts: 2 });
    await bench.claim(workerId);
    await schema.rows('delete from {s}.worker');
    expect(await rescued()).toEqual([{ kind: 'job', jobId: id, jobName: 'JOB' }]);
    expect(await bench.job(id)).toMatchObject({ state: 'ready', claims: 2 });
    expect(await bench.group('g')).toMatchObject({ running: 0 });
  });

  it('opens a group past its time: the overdue job is settled as usual, and frees nobody else’s lock', async () => {
    const workerId = await bench.worker(100_000);
    const all = await bench.insert({ jobGroup: 'g' }, { jobGroup: 'g' }, { jobGroup: 'g' });
    const [overdue] = await bench.claimed(workerId);
    await schema.age(10_700, 'job', 'job_group');
    expect(await rescued()).toEqual([]);
    await schema.age(200, 'job', 'job_group');
    expect(await rescued()).toEqual([{ kind: 'group', jobGroup: 'g' }]);
    expect(await rescued()).toEqual([]);
    const [second] = await bench.claimed(workerId);
    expect(second?.id).toBe(all[1]);
    if (overdue !== undefined) expect(await bench.succeed(overdue)).toEqual(new Set());
    expect(await bench.group('g')).toMatchObject({ running: 1, epoch: 1 });
    expect(await bench.claimed(workerId)).toEqual([]);
    if (second !== undefined) await bench.succeed(second);
    expect(await bench.claimed(workerId)).toHaveLength(1);
  });

  it('counts that time from the start of the job that runs, not from the claim of the run that it is part of', async () => {
    const workerId = await bench.worker(100_000);
    await bench.insert(...Array.from({ length: 3 }, () => ({ jobGroup: 'g' })));
    const [first, second] = await bench.claimed(workerId, { slots: 1, ahead: 2, run: 3 });
    if (first === undefined || second === undefined) throw new Error('they were claimed');
    await schema.age(5_000, 'job', 'job_group');
    await settle(session, tables, {
      leaseId: workerId,
      outcomes: [{ kind: 'succeeded', job: first }],
      started: [second],
      finalized: 'keep',
    });
    await schema.age(10_700, 'job', 'job_group'); // 15,700 s since the claim of the run
    expect(await rescued()).toEqual([]);
    await schema.age(200, 'job', 'job_group');
    expect(await rescued()).toEqual([{ kind: 'group', jobGroup: 'g' }]);
  });

  it('leaves a group alone that was locked for long by ever new jobs', async () => {
    const workerId = await bench.worker(100_000);
    await bench.insert({ jobGroup: 'g' });
    await bench.claim(workerId);
    await schema.age(20_000, 'job');
    expect(await rescued()).toEqual([]);
  });
});
