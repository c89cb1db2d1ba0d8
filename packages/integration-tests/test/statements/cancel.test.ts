import { cancelJobs, cancelled, cancelsOf, deleteJobs, renewLease, rescue, settle } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { lockWaits, untilHad } from '../support/lock-waits.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(() => empty(schema));

const cancel = async (ids: readonly string[], { reason = null as string | null, finalized = 'keep' as const } = {}) => {
  const { jobs, opened } = await cancelJobs(session, tables, { ids, reason, finalized });
  return { what: Object.fromEntries(jobs.map(({ jobId, what }) => [jobId, what])), opened };
};
const remove = async (...ids: readonly string[]) => {
  const { jobs } = await deleteJobs(session, tables, { ids });
  return Object.fromEntries(jobs.map(({ jobId, what }) => [jobId, what]));
};
const renew = async (processId: string) =>
  (await renewLease(session, tables, { processId, leaseSecs: 30, sessionKey: null })).cancels;

describe('a cancel of a job that waits', () => {
  it.each([
    ['ready', {}],
    ['scheduled', { delaySecs: 60 }],
    ['scheduled in a group', { delaySecs: 60, jobGroup: 'g' }],
    ['in a group', { jobGroup: 'g' }],
  ])('that is %s finalizes it, with the reason and no attempt spent', async (_, row) => {
    const [id = ''] = await statements.insert({ ...row, numAttempts: 3, extras: '{"headers":{"a":"b"}}' });
    expect((await cancel([id], { reason: 'not wanted' })).what).toEqual({ [id]: 'cancelled' });
    expect(await statements.job(id)).toBe(undefined);
    expect(await statements.finalized(id)).toMatchObject({
      outcome: 'cancelled',
      error: 'not wanted',
      attempt: 0,
      num_attempts: 3,
      extras: { headers: { a: 'b' } },
      process_id: null,
    });
  });

  it('leaves nothing where no history is kept', async () => {
    const [id = ''] = await statements.insert({});
    const { jobs } = await cancelJobs(session, tables, { ids: [id], reason: null, finalized: 'delete' });
    expect(jobs).toEqual([{ jobId: id, jobName: 'JOB', what: 'cancelled' }]);
    expect([await statements.job(id), await statements.finalized(id)]).toEqual([undefined, undefined]);
  });

  it('has the next of its group run, in its order', async () => {
    const ids = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g' }, { jobGroup: 'g' });
    const worker = await statements.worker();
    const [first] = await statements.claimed(worker, { slots: 1 });
    await statements.claimed(worker, { slots: 5 }); // the others are seen behind a busy group
    expect((await cancel([ids[1] ?? ''])).what).toEqual({ [ids[1] ?? '']: 'cancelled' });
    if (first === undefined) throw new Error('nothing was claimed');
    await statements.succeed(first);
    expect((await statements.claimed(worker, { slots: 5 })).map(({ id }) => id)).toEqual([ids[2]]);
  });

  it('of the head of an open group promotes the one behind it, and tells its lane', async () => {
    const ids = await statements.insert({ jobGroup: 'g', channel: 'A' }, { jobGroup: 'g', channel: 'A' });
    const worker = await statements.worker();
    const [first] = await statements.claimed(worker, { slots: 1 });
    await statements.claimed(worker, { slots: 5 });
    if (first === undefined) throw new Error('nothing was claimed');
    await statements.settle({ kind: 'waiting', job: first, attempt: 0, secs: 0, errorText: null });
    expect((await cancel([ids[0] ?? ''])).opened).toEqual([{ channel: 'A', name: 'JOB' }]);
    expect((await statements.claimed(worker, { slots: 5 })).map(({ id }) => id)).toEqual([ids[1]]);
  });

  it('takes the place of an earlier row in history of the same id', async () => {
    const [id = ''] = await statements.insert({});
    await cancel([id], { reason: 'first' });
    await statements.insert({ id });
    expect((await cancel([id], { reason: 'second' })).what).toEqual({ [id]: 'cancelled' });
    expect(await statements.finalized(id)).toMatchObject({ error: 'second' });
  });

  it('waits for nobody who holds it, says so, and holds nothing afterwards', async () => {
    const [id = '', other = ''] = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g' });
    await whileLocked(schema, 'select 1 from {s}.job where id = $1 for key share', [id], async () => {
      expect((await cancel([id, other])).what).toEqual({ [id]: 'busy', [other]: 'cancelled' });
    });
    expect(await statements.job(id)).toMatchObject({ cancel: null });
  });
});

describe('a cancel of a job that is over, or is not there,', () => {
  it('says so, and changes nothing, twice', async () => {
    const [id = ''] = await statements.insert({});
    const none = uuidv7();
    const [job] = await statements.claimed(await statements.worker());
    if (job !== undefined) await statements.succeed(job);
    const before = await statements.finalized(id);
    for (const _ of [1, 2]) expect((await cancel([id, none])).what).toEqual({ [id]: 'over', [none]: 'not-found' });
    expect(await statements.finalized(id)).toEqual(before);
  });
});

describe('a cancel of a job that runs', () => {
  const running = async (row: object = {}) => {
    await statements.insert({ numAttempts: 3, ...row });
    const processId = await statements.worker();
    const [job] = await statements.claimed(processId, { slots: 1 });
    if (job === undefined) throw new Error('nothing was claimed');
    return { job, processId };
  };

  it('is told of by the next renewal of its process, and by no other', async () => {
    const { job, processId } = await running();
    const other = await statements.worker();
    expect([await renew(processId), await cancelsOf(session, tables, { processId })]).toEqual([0, []]);
    expect((await cancel([job.id], { reason: 'why' })).what).toEqual({ [job.id]: 'running' });
    expect([await renew(processId), await renew(other)]).toEqual([1, 0]);
    expect(await cancelsOf(session, tables, { processId })).toEqual([
      { jobId: job.id, fence: job.fence, reason: 'why' },
    ]);
  });

  it('keeps the first reason, and its time', async () => {
    const { job } = await running();
    await cancel([job.id], { reason: 'first' });
    const { cancel: first } = (await statements.job(job.id)) ?? {};
    await cancel([job.id], { reason: 'second' });
    expect(await statements.job(job.id)).toMatchObject({ cancel: first });
  });

  it.each([
    ['a retry', { kind: 'waiting', attempt: 1, secs: 60, errorText: 'no' }],
    ['a retry at once', { kind: 'waiting', attempt: 1, secs: 0, errorText: 'no' }],
    ['a release', { kind: 'waiting', attempt: 0, secs: 0, errorText: null }],
  ] as const)('has %s that its process settles be its end, and the group open', async (_, outcome) => {
    const { job, processId } = await running({ jobGroup: 'g' });
    const [next = ''] = await statements.insert({ jobGroup: 'g' });
    await cancel([job.id], { reason: 'why' });
    const settled = { processId, outcomes: [{ ...outcome, job }], started: [], finalized: 'keep' } as const;
    for (const _again of [1, 2]) {
      const { lost, cancelled: over } = await settle(session, tables, settled);
      expect(lost).toEqual(new Set());
      expect(over.size).toBeLessThanOrEqual(1);
    }
    expect(await statements.job(job.id)).toBe(undefined);
    expect(await statements.finalized(job.id)).toMatchObject({ outcome: 'cancelled', error: 'why' });
    expect((await statements.claimed(processId)).map(({ id }) => id)).toEqual([next]);
  });

  it('lets a success be one, and a last failure', async () => {
    const { job } = await running();
    const { job: other } = await running();
    await cancel([job.id, other.id]);
    await statements.succeed(job);
    await statements.settle({ kind: 'failed', job: other, errorText: 'no' });
    expect(await statements.finalized(job.id)).toMatchObject({ outcome: 'succeeded' });
    expect(await statements.finalized(other.id)).toMatchObject({ outcome: 'failed' });
  });

  it('has its process record that it was cancelled, with what was spent', async () => {
    const { job } = await running();
    await statements.settle(cancelled(job, 'why', 'ran'));
    expect(await statements.finalized(job.id)).toMatchObject({ outcome: 'cancelled', error: 'why', attempt: 1 });
  });

  it('whose process then dies tells whoever claims it not to run it', async () => {
    const { job, processId } = await running();
    await cancel([job.id], { reason: 'why' });
    await schema.rows(`update {s}.process set expires_at = now() - interval '1 s' where id = $1`, [processId]);
    await rescue(session, tables, { selfId: null, unlockSecs: 60, blockedSecs: 60, graceSecs: 0 });
    const [again] = await statements.claimed(await statements.worker());
    expect(again).toMatchObject({ id: job.id, extras: '{"cancelled" : "why"}' });
  });

  it('that settles a retry at the very moment is not put back', async () => {
    const { job, processId } = await running({ jobGroup: 'g' });
    const client = await schema.direct.connect();
    try {
      // The cancel has written and not committed when the settle comes, and the settle waits for it.
      await client.query('begin');
      await client.query(`select * from ${schema.q}.cancel_v1(array[$1::uuid], 'why', 'keep')`, [job.id]);
      const settled = untilHad(() => statements.settle({ kind: 'waiting', job, attempt: 1, secs: 0, errorText: 'no' }));
      await until('the settle waits', async () => (await lockWaits(schema, 'settle_v1')) > 0);
      await client.query('commit');
      expect(await settled).toEqual(new Set());
    } finally {
      client.release();
    }
    expect(await statements.finalized(job.id)).toMatchObject({ outcome: 'cancelled', error: 'why' });
    expect(await statements.group('g')).toMatchObject({ running: 0 });
    expect(await cancelsOf(session, tables, { processId })).toEqual([]);
  });

  it('that is claimed between its locks and its look is told as busy, and cancelled at the next try', async () => {
    const [id = ''] = await statements.insert({ jobGroup: 'g' });
    const [head = ''] = await statements.insert({ jobGroup: 'g', priority: 9 });
    const processId = await statements.worker();
    const [first] = await statements.claimed(processId, { slots: 1 });
    expect(first?.id).toBe(head);
    if (first !== undefined) await statements.succeed(first);
    const client = await schema.direct.connect();
    try {
      // A claim that holds the group, and has not committed: the cancel waits for it, with no process locked.
      await client.query('begin');
      const demands = JSON.stringify([{ channels: null, slots: 1, ahead: 0, maxPerGroup: 1 }]);
      await client.query(`select * from ${schema.q}.claim_v1($1, 0, '{JOB}', $2, null)`, [processId, demands]);
      const told = cancel([id]);
      await until('the cancel waits', async () => (await lockWaits(schema, 'cancel_v1')) > 0);
      await client.query('commit');
      expect((await told).what).toEqual({ [id]: 'busy' });
    } finally {
      client.release();
    }
    expect((await cancel([id])).what).toEqual({ [id]: 'running' });
    expect(await renew(processId)).toBe(1);
  });
});

describe('a delete', () => {
  it('removes jobs that wait and jobs that are over, and leaves those that run', async () => {
    const [over = '', runs = ''] = await statements.insert({}, {});
    const processId = await statements.worker();
    const [first] = await statements.claimed(processId, { slots: 2 });
    if (first?.id !== over) throw new Error('the oldest comes first');
    await statements.succeed(first);
    const [ready = '', later = '', none = uuidv7()] = await statements.insert({ jobGroup: 'g' }, { delaySecs: 60 });
    expect(await remove(over, runs, ready, later, none)).toEqual({
      [over]: 'deleted',
      [runs]: 'running',
      [ready]: 'deleted',
      [later]: 'deleted',
      [none]: 'not-found',
    });
    expect(await schema.value('select count(*)::int from {s}.finalized_job')).toBe(0);
    expect(await schema.value('select array_agg(id::text) from {s}.job')).toEqual([runs]);
  });

  it('passes over what somebody holds', async () => {
    const [id = ''] = await statements.insert({});
    await whileLocked(schema, 'select 1 from {s}.job for update', [], async () => {
      expect(await remove(id)).toEqual({ [id]: 'busy' });
    });
  });
});
