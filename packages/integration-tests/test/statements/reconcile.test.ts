import { reconcile, settle } from '@bearmq/core/internal';
import { fromPg } from '@bearmq/driver-pg';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(() => empty(schema));

describe('after a claim whose answer was lost', () => {
  it('what the worker does not know of is taken back, its attempt given back, and its group freed', async () => {
    const processId = await statements.worker();
    const [known = '', lost = '', ahead = ''] = await statements.insert(
      ...['a', 'b', 'c'].map((jobGroup) => ({ jobGroup })),
    );
    const claimed = await statements.claimed(processId, { slots: 2, ahead: 1 });
    const isKnown = claimed.filter(({ id }) => id === known);
    expect(await reconcile(session, tables, { processId, generation: 1, known: isKnown })).toBe(1);
    expect(await statements.job(known)).toMatchObject({ state: 'running', attempt: 1, fence: 1 });
    for (const id of [lost, ahead])
      expect(await statements.job(id)).toMatchObject({ state: 'blocked', attempt: 0, fence: 2 });
    expect([(await statements.group('a'))?.['running'], (await statements.group('b'))?.['running']]).toEqual([1, 0]);
  });

  it('a claim is taken back though an earlier one of the same job is known, its outcome not recorded', async () => {
    const processId = await statements.worker();
    const [id = ''] = await statements.insert({ jobGroup: 'g', numAttempts: 5 });
    const [first] = await statements.claimed(processId);
    if (first === undefined) throw new Error('nothing was claimed');
    await statements.settle({ kind: 'waiting', job: first, attempt: 1, secs: 0, errorText: 'no' });
    expect(await statements.claimed(processId)).toHaveLength(1);
    expect(await reconcile(session, tables, { processId, generation: 1, known: [first] })).toBe(1);
    expect(await statements.job(id)).toMatchObject({ state: 'blocked', attempt: 1, fence: 3 });
    expect(await statements.group('g')).toMatchObject({ running: 0 });
  });

  it('a claim that is still on its way names an old generation, and claims nothing', async () => {
    const processId = await statements.worker();
    expect(await reconcile(session, tables, { processId, generation: 1, known: [] })).toBe(1);
    await statements.insert({});
    expect(await statements.claim(processId, { generation: 0 })).toMatchObject({ isLeaseHeld: false, jobs: [] });
    expect(await statements.claimed(processId, { generation: 1 })).toHaveLength(1);
  });

  it('a copy of the call that comes late takes nothing back: the worker has claimed since', async () => {
    const processId = await statements.worker();
    expect(await reconcile(session, tables, { processId, generation: 2, known: [] })).toBe(2);
    await statements.insert({});
    const [job] = await statements.claimed(processId, { generation: 2 });
    expect(await reconcile(session, tables, { processId, generation: 1, known: [] })).toBe(2);
    expect(await statements.job(job?.id ?? '')).toMatchObject({ state: 'running', fence: 1 });
    expect(await statements.claim(processId, { generation: 2 })).toMatchObject({ isLeaseHeld: true });
  });

  it('a claim that is being committed is waited for', async () => {
    const processId = await statements.worker();
    const [id = ''] = await statements.insert({});
    const client = await schema.pool.connect();
    await client.query('begin');
    await statements.claim(processId, { session: fromPg(client) });
    const reconciled = reconcile(session, tables, { processId, generation: 1, known: [] });
    await client.query('commit');
    client.release();
    expect(await reconciled).toBe(1);
    expect(await statements.job(id)).toMatchObject({ state: 'ready', attempt: 0 });
  });

  it('a lease that is gone is said to be', async () => {
    expect(await reconcile(session, tables, { processId: uuidv4(), generation: 1, known: [] })).toBe(null);
  });

  it('a settle of what was taken back changes nothing, under way or later', async () => {
    const processId = await statements.worker();
    await statements.insert({ jobGroup: 'g' });
    const jobs = await statements.claimed(processId);
    const lock = `select 1 from {s}.job_group where name = 'g' for update`;
    const both = await whileLocked(schema, lock, [], async () => ({
      done: Promise.all([
        reconcile(session, tables, { processId, generation: 1, known: [] }),
        settle(session, tables, {
          processId: processId,
          outcomes: jobs.map((job) => ({ kind: 'succeeded', job }) as const),
          started: [],
          finalized: 'keep',
        }),
      ]),
    }));
    const [generation, { lost }] = await both.done;
    expect(generation).toBe(1);
    // Whichever came first, the other found nothing to do.
    const [left, over] = [
      await schema.rows('select state::text from {s}.job'),
      await schema.rows('select 1 from {s}.finalized_job'),
    ];
    expect([left.length, over.length, lost.size]).toEqual(over.length === 1 ? [0, 1, 0] : [1, 0, 1]);
    expect(await statements.group('g')).toMatchObject({ running: 0 });
  });
});
