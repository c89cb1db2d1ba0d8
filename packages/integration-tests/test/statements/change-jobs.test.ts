import { changeJobs, retryJobs, runJobsNow } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(() => empty(schema));

const retry = async (ids: readonly string[], delaySecs = 0) => {
  const { jobs } = await retryJobs(session, tables, { ids, delaySecs });
  return Object.fromEntries(jobs.map(({ jobId, what }) => [jobId, what]));
};
const change = async (ids: readonly string[], to: { priority?: number; channel?: string }) => {
  const { jobs } = await changeJobs(session, tables, { ids, priority: null, channel: null, ...to });
  return Object.fromEntries(jobs.map(({ jobId, what }) => [jobId, what]));
};
const runNow = async (ids: readonly string[]) => {
  const { jobs } = await runJobsNow(session, tables, { ids });
  return Object.fromEntries(jobs.map(({ jobId, what }) => [jobId, what]));
};
const failed = async (row: object = {}) => {
  const [id = ''] = await statements.insert({ numAttempts: 2, ...row });
  const processId = await statements.worker();
  for (const attempt of [1, 2]) {
    const [job] = await statements.claimed(processId, { slots: 1 });
    if (job === undefined) throw new Error('nothing was claimed');
    const failure = { workerId: 'w', durationMs: 1 };
    if (attempt === 1) await statements.settle({ kind: 'waiting', job, attempt, secs: 0, errorText: 'one', failure });
    else await statements.settle({ kind: 'failed', job, errorText: 'two', failure });
  }
  return id;
};

describe('a retry of a job that failed', () => {
  it('puts it back with its id, payload and failures, and with all of its attempts', async () => {
    const id = await failed({ payloadText: '{"a":1}', extras: '{"headers":{"a":"b"}}', channel: 'C', priority: 3 });
    const { fence } = (await statements.finalized(id)) ?? {};
    expect(await retry([id])).toEqual({ [id]: 'retried' });
    expect(await statements.finalized(id)).toBe(undefined);
    expect(await statements.job(id)).toMatchObject({
      state: 'ready',
      payload: '{"a":1}',
      extras: { headers: { a: 'b' } },
      channel: 'C',
      priority: 3,
      attempt: 0,
      num_attempts: 2,
      fence: Number(fence) + 1,
      last_error: 'two',
      failures: [{ error: 'one' }, { error: 'two' }],
      process_id: null,
      started: false,
    });
    const [job] = await statements.claimed(await statements.worker());
    expect(job).toMatchObject({ id, attempt: 1 });
  });

  it('gives it a new place in line, and waits if asked to', async () => {
    const [one, two] = [await failed(), await failed({ jobGroup: 'g' })];
    const [other = ''] = await statements.insert({});
    expect(await retry([one])).toEqual({ [one]: 'retried' });
    expect(await retry([two], 60)).toEqual({ [two]: 'retried' });
    expect(await statements.job(two)).toMatchObject({ state: 'scheduled', job_group: 'g' });
    const worker = await statements.worker();
    expect((await statements.claimed(worker)).map(({ id }) => id)).toEqual([other, one]);
    await schema.age(61, 'job');
    expect((await statements.claimed(worker)).map(({ id }) => id)).toEqual([two]);
  });

  it('refuses the settle of a claim of before', async () => {
    const [id = ''] = await statements.insert({});
    const [job] = await statements.claimed(await statements.worker());
    if (job === undefined) throw new Error('nothing was claimed');
    await statements.settle({ kind: 'failed', job, errorText: 'no' });
    await retry([id]);
    expect(await statements.settle({ kind: 'failed', job, errorText: 'no' })).toEqual(new Set([id]));
    expect(await statements.job(id)).toMatchObject({ state: 'ready' });
  });

  it('leaves alone what succeeded, what is not over, what is not there, and what somebody holds', async () => {
    const [good = ''] = await statements.insert({});
    const [job] = await statements.claimed(await statements.worker());
    if (job !== undefined) await statements.succeed(job);
    const held = await failed();
    const [waits = '', none = uuidv7()] = await statements.insert({});
    await whileLocked(schema, 'select 1 from {s}.finalized_job where id = $1 for update', [held], async () => {
      expect(await retry([good, waits, none, held])).toEqual({
        [good]: 'succeeded',
        [waits]: 'unfinished',
        [none]: 'not-found',
        [held]: 'busy',
      });
    });
    expect(await retry([held])).toEqual({ [held]: 'retried' });
    expect(await retry([held])).toEqual({ [held]: 'unfinished' });
  });
});

describe('a change of a waiting job', () => {
  it('moves it to another channel, where it keeps its place', async () => {
    const ids = await statements.insert({ channel: 'A' }, { channel: 'B' }, { channel: 'A', delaySecs: 60 });
    expect(await change([ids[0] ?? '', ids[2] ?? ''], { channel: 'B' })).toEqual({
      [ids[0] ?? '']: 'changed',
      [ids[2] ?? '']: 'changed',
    });
    const found = await statements.claimed(await statements.worker(), { channels: ['B'] });
    expect(found.map(({ id }) => id)).toEqual([ids[0], ids[1]]);
  });

  it('of a group lets another of it be the next', async () => {
    const [head = '', ...others] = await statements.insert(...[1, 2, 3, 4].map(() => ({ jobGroup: 'g' })));
    const worker = await statements.worker();
    const [first] = await statements.claimed(worker, { slots: 1 });
    await statements.claimed(worker, { slots: 5 });
    expect(await change([others[1] ?? '', head], { priority: 5 })).toEqual({
      [others[1] ?? '']: 'changed',
      [head]: 'running',
    });
    if (first === undefined) throw new Error('nothing was claimed');
    await statements.succeed(first);
    expect((await statements.claimed(worker, { slots: 5 })).map(({ id }) => id)).toEqual([others[1]]);
  });

  it('leaves alone what runs, what is over, what is not there and what somebody holds', async () => {
    const over = await failed();
    const [runs = ''] = await statements.insert({});
    await statements.claimed(await statements.worker());
    const [held = '', none = uuidv7()] = await statements.insert({});
    await whileLocked(schema, 'select 1 from {s}.job where id = $1 for update', [held], async () => {
      expect(await change([over, runs, held, none], { priority: 1 })).toEqual({
        [over]: 'over',
        [runs]: 'running',
        [held]: 'busy',
        [none]: 'not-found',
      });
    });
  });
});

describe('a run now', () => {
  it('promotes what is scheduled, with a group or without, as if its time had come', async () => {
    const [plain = '', grouped = ''] = await statements.insert({ delaySecs: 600 }, { delaySecs: 600, jobGroup: 'g' });
    expect(await runNow([plain, grouped])).toEqual({ [plain]: 'promoted', [grouped]: 'promoted' });
    const justNow = { run_at: null, ready_at: expect.any(Date) as unknown };
    expect(await statements.job(plain)).toMatchObject({ state: 'ready', ...justNow });
    expect(await statements.job(grouped)).toMatchObject({ state: 'blocked', ...justNow });
    const found = await statements.claimed(await statements.worker());
    expect(found.map(({ id }) => id).toSorted()).toEqual([plain, grouped].toSorted());
    expect(found.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  it('keeps the order of a group', async () => {
    const [later = '', first = ''] = await statements.insert({ delaySecs: 600, jobGroup: 'g' }, { jobGroup: 'g' });
    const worker = await statements.worker();
    const [holder] = await statements.claimed(worker, { slots: 1 });
    expect(holder?.id).toBe(first);
    await runNow([later]);
    expect(await statements.claimed(worker)).toEqual([]);
    if (holder !== undefined) await statements.succeed(holder);
    expect((await statements.claimed(worker)).map(({ id }) => id)).toEqual([later]);
  });

  it('has one that waits for its next attempt make that', async () => {
    const [id = ''] = await statements.insert({ numAttempts: 2 });
    const worker = await statements.worker();
    const [job] = await statements.claimed(worker);
    if (job === undefined) throw new Error('nothing was claimed');
    const failure = { workerId: 'w', durationMs: 1 };
    await statements.settle({ kind: 'waiting', job, attempt: 1, secs: 600, errorText: 'one', failure });
    expect(await runNow([id])).toEqual({ [id]: 'promoted' });
    expect(await statements.claimed(worker)).toMatchObject([{ id, attempt: 2 }]);
  });

  it('leaves alone what waits already, runs, is over, is not there, and what somebody holds', async () => {
    const over = await failed();
    const [runs = ''] = await statements.insert({});
    await statements.claimed(await statements.worker());
    const [waits = '', held = '', none = uuidv7()] = await statements.insert({}, { delaySecs: 600 });
    await whileLocked(schema, 'select 1 from {s}.job where id = $1 for update', [held], async () => {
      expect(await runNow([over, runs, waits, held, none])).toEqual({
        [over]: 'over',
        [runs]: 'running',
        [waits]: 'waiting',
        [held]: 'busy',
        [none]: 'not-found',
      });
    });
    expect(await runNow([held])).toEqual({ [held]: 'promoted' });
  });
});
