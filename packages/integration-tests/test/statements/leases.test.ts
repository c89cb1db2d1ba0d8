import {
  type ClaimedJob,
  reconcile,
  registerProcess,
  removeProcess,
  renewLease,
  rescue,
  settle,
  takeSessionLock,
} from '@bearmq/core/internal';
import { fromPg } from '@bearmq/driver-pg';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { sessionOn } from '../support/session-on.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;
const AT_ONCE = { selfId: null, unlockSecs: 10_800, blockedSecs: 10_800, graceSecs: 0 };
const rescued = async () => (await rescue(session, tables, AT_ONCE)).rescued;
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);
const exists = async (processId: string) =>
  (await schema.rows('select 1 from {s}.process where id = $1', [processId])).length === 1;

beforeEach(() => empty(schema));

describe('a lease', () => {
  it('can be renewed while its row is there, whoever else tries to rescue it', async () => {
    const processId = await statements.worker(3);
    await schema.age(100, 'process');
    expect(await renewLease(session, tables, { processId, leaseSecs: 30, sessionKey: '-7' })).toMatchObject({
      isHeld: true,
    });
    expect(await rescued()).toEqual([]);
    expect(await schema.value('select session_key from {s}.process')).toBe('-7');
    expect(await renewLease(session, tables, { processId: uuidv4(), leaseSecs: 30, sessionKey: null })).toMatchObject({
      isHeld: false,
    });
  });

  it('is given up with its row, and a second time without harm', async () => {
    const processId = await statements.worker();
    await removeProcess(session, tables, { processId });
    await removeProcess(session, tables, { processId });
    expect(await exists(processId)).toBe(false);
  });

  it('is not given up while a job still runs under it: the row is what a rescue goes by', async () => {
    const processId = await statements.worker();
    await statements.insert({});
    const [job] = await statements.claimed(processId);
    await removeProcess(session, tables, { processId });
    expect(await exists(processId)).toBe(true);
    if (job !== undefined) await statements.succeed(job);
    await removeProcess(session, tables, { processId });
    expect(await exists(processId)).toBe(false);
  });
});

describe('a rescue', () => {
  it('leaves those alone whose lease lasts', async () => {
    const processId = await statements.worker();
    await statements.insert({});
    await statements.claim(processId);
    await schema.age(29, 'process');
    expect(await rescued()).toEqual([]);
  });

  it('gives the jobs of a dead worker back, their spent attempts spent, and removes it', async () => {
    const processId = await statements.worker();
    const other = await statements.worker(3_600);
    const [started = '', ahead = ''] = await statements.insert({ numAttempts: 2 }, { numAttempts: 2 });
    const [theirs = ''] = await statements.insert({ name: 'OTHER' });
    await statements.claim(processId, { slots: 1, ahead: 1 });
    await statements.claim(other, { names: ['OTHER'] });
    await schema.age(31, 'process');
    const all = await rescued();
    expect(all).toHaveLength(3);
    expect(all).toEqual(
      expect.arrayContaining([
        { kind: 'job', jobId: started, jobName: 'JOB' },
        { kind: 'job', jobId: ahead, jobName: 'JOB' },
        { kind: 'process', processId },
      ]),
    );
    expect(await statements.job(started)).toMatchObject({ state: 'ready', attempt: 1, fence: 2, process_id: null });
    expect(await statements.job(ahead)).toMatchObject({ state: 'ready', attempt: 0, fence: 2, process_id: null });
    expect(await statements.job(theirs)).toMatchObject({ state: 'running', fence: 1, process_id: other });
    expect(await exists(processId)).toBe(false);
    expect(await rescued()).toEqual([]);
  });

  it('makes them suspect of that death, until an attempt of theirs has failed, and not by a lost answer', async () => {
    const [first, second, third] = [
      await statements.worker(),
      await statements.worker(3_600),
      await statements.worker(3_600),
    ];
    const [id = ''] = await statements.insert({ numAttempts: 5 });
    const suspicionOf = (jobs: readonly ClaimedJob[]) => jobs.map(({ isSuspect }) => isSuspect);
    expect(suspicionOf(await statements.claimed(first))).toEqual([false]);
    await reconcile(session, tables, { processId: first, generation: 1, known: [] });
    expect(suspicionOf(await statements.claimed(first, { generation: 1, slots: 0, ahead: 1 }))).toEqual([false]);
    await schema.age(31, 'process');
    await rescued();
    const [back] = await statements.claimed(second, { slots: 0, ahead: 1 });
    expect(back).toMatchObject({ id, isSuspect: true, isStarted: false, attempt: 1 });
    if (back !== undefined)
      await statements.settle({ kind: 'waiting', job: back, attempt: 0, secs: 0, errorText: null });
    const [again] = await statements.claimed(third);
    expect(again).toMatchObject({ isSuspect: true });
    if (again !== undefined)
      await statements.settle({ kind: 'waiting', job: again, attempt: 1, secs: 0, errorText: 'no' });
    expect(suspicionOf(await statements.claimed(third))).toEqual([false]);
  });

  it('frees their groups, and makes the next of these ready', async () => {
    const processId = await statements.worker();
    const all = await statements.insert(...Array.from({ length: 4 }, () => ({ jobGroup: 'g', numAttempts: 2 })));
    const jobs = await statements.claimed(processId, { slots: 1, ahead: 1, maxPerGroup: 2 });
    await schema.age(31, 'process');
    await rescued();
    expect(await statements.group('g')).toMatchObject({ running: 0 });
    expect(await statements.succeed(...jobs)).toEqual(new Set(ids(jobs)));
    const next = await statements.worker();
    expect(ids(await statements.claimed(next))).toEqual(all.slice(0, 1));
  });

  it('passes over a worker whose claim is under way', async () => {
    const processId = await statements.worker();
    await statements.insert({});
    await schema.age(31, 'process');
    const client = await schema.pool.connect();
    await client.query('begin');
    await statements.claim(processId, { session: fromPg(client) });
    expect(await rescued()).toEqual([]);
    await client.query('commit');
    client.release();
    expect(await rescued()).toHaveLength(2);
  });

  it('leaves a worker alone whose session lock is held, until blockedSecs have passed', async () => {
    const processId = uuidv4();
    const sessionKey = String(-(2n ** 63n) + 5n);
    await registerProcess(session, tables, { processId, leaseSecs: 30, sessionKey });
    await statements.insert({});
    await statements.claim(processId);
    const client = await schema.direct.connect();
    expect(await takeSessionLock(sessionOn(client), tables, { sessionKey })).toBe(true);
    await schema.age(1_000, 'process');
    expect(await rescued()).toEqual([]);
    expect(await takeSessionLock(session, tables, { sessionKey })).toBe(false);
    await client.query('select pg_advisory_unlock_all()');
    client.release();
    expect(await rescued()).toHaveLength(2);
  });

  it('does not take even a held lock for life beyond blockedSecs without a renewal', async () => {
    const processId = uuidv4();
    await registerProcess(session, tables, { processId, leaseSecs: 30, sessionKey: '77' });
    const client = await schema.direct.connect();
    await takeSessionLock(sessionOn(client), tables, { sessionKey: '77' });
    await schema.age(599, 'process');
    const look = () => rescue(session, tables, { ...AT_ONCE, blockedSecs: 600 });
    expect((await look()).rescued).toEqual([]);
    await schema.age(2, 'process');
    expect((await look()).rescued).toEqual([{ kind: 'process', processId }]);
    await client.query('select pg_advisory_unlock_all()');
    client.release();
  });

  it('is done once, by however many at once', async () => {
    for (let n = 0; n < 5; n += 1) {
      await statements.insert({}, { jobGroup: `g${n}` });
      await statements.claim(await statements.worker());
    }
    await schema.age(31, 'process');
    const all = (await Promise.all(Array.from({ length: 6 }, () => rescued()))).flat();
    const jobs = all.filter(({ kind }) => kind === 'job');
    expect(jobs).toHaveLength(10);
    expect(new Set(jobs.map((job) => JSON.stringify(job))).size).toBe(10);
    expect(await schema.value('select sum(running)::int from {s}.job_group')).toBe(0);
  });

  it('finds running jobs whose worker has no row', async () => {
    const processId = await statements.worker();
    const [id = ''] = await statements.insert({ jobGroup: 'g', numAttempts: 2 });
    await statements.claim(processId);
    await schema.rows('delete from {s}.process');
    expect(await rescued()).toEqual([{ kind: 'job', jobId: id, jobName: 'JOB' }]);
    expect(await statements.job(id)).toMatchObject({ state: 'blocked', fence: 2 });
    expect(await statements.group('g')).toMatchObject({ running: 0 });
  });

  it('opens a group past its time: the overdue job is settled as usual, and frees nobody else’s lock', async () => {
    const processId = await statements.worker(100_000);
    const all = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g' }, { jobGroup: 'g' });
    const [overdue] = await statements.claimed(processId);
    await schema.age(10_700, 'job', 'job_group');
    expect(await rescued()).toEqual([]);
    await schema.age(200, 'job', 'job_group');
    expect(await rescued()).toEqual([{ kind: 'group', jobGroup: 'g' }]);
    expect(await rescued()).toEqual([]);
    const [second] = await statements.claimed(processId);
    expect(second?.id).toBe(all[1]);
    if (overdue !== undefined) expect(await statements.succeed(overdue)).toEqual(new Set());
    expect(await statements.group('g')).toMatchObject({ running: 1, epoch: 1 });
    expect(await statements.claimed(processId)).toEqual([]);
    if (second !== undefined) await statements.succeed(second);
    expect(await statements.claimed(processId)).toHaveLength(1);
  });

  it('counts that time from the start of the job that runs, not from the claim of the run that it is part of', async () => {
    const processId = await statements.worker(100_000);
    await statements.insert(...Array.from({ length: 3 }, () => ({ jobGroup: 'g' })));
    const [first, second] = await statements.claimed(processId, { slots: 1, ahead: 2, maxPerGroup: 3 });
    if (first === undefined || second === undefined) throw new Error('they were claimed');
    await schema.age(5_000, 'job', 'job_group');
    await settle(session, tables, {
      processId: processId,
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
    const processId = await statements.worker(100_000);
    await statements.insert({ jobGroup: 'g' });
    await statements.claim(processId);
    await schema.age(20_000, 'job');
    expect(await rescued()).toEqual([]);
  });
});
