import { claim, registerProcess } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);
const { session, tables } = statements;
const { jobs } = schema.context();

beforeEach(() => empty(schema));

/** A process with Workers, as its row says. */
async function process(takes: unknown = [{ channels: null, slots: 2, names: ['JOB'] }]): Promise<string> {
  const processId = uuidv4();
  const facts = { host: 'a-host', pid: 77, release: null, takes: JSON.stringify(takes) };
  await registerProcess(session, tables, { processId, leaseSecs: 30, sessionKey: null, facts });
  return processId;
}

const take = async (processId: string, slots = 1) => {
  const demands = [{ channels: null, slots, ahead: 0, maxPerGroup: 1 }];
  const input = { processId, generation: 0, names: ['JOB'], demands, from: null };
  return (await claim(session, tables, input)).jobs.flat();
};

describe('context.jobs.explain says of a job', () => {
  it('that is not there that it is unknown', async () => {
    const id = uuidv7();
    expect(await jobs.explain(id)).toEqual({ kind: 'unknown', sentence: expect.stringContaining(id), remedy: null });
    await expect(jobs.explain('x')).rejects.toThrow('jobs.explain must be the id of a job');
  });

  it('that is over how it ended', async () => {
    const [id = ''] = await statements.insert({});
    await jobs.cancel(id);
    expect(await jobs.explain(id)).toMatchObject({
      kind: 'over',
      outcome: 'cancelled',
      at: expect.any(Date),
      sentence: 'It is over: it was cancelled.',
    });
  });

  it('that runs where it does, since when, and that it was told to end', async () => {
    const [id = ''] = await statements.insert({});
    const processId = await process();
    await take(processId);
    const runs = { kind: 'running', processId, host: 'a-host', pid: 77, isStarted: true, since: expect.any(Date) };
    expect(await jobs.explain(id)).toMatchObject({ ...runs, isCancelled: false });
    await jobs.cancel(id);
    expect(await jobs.explain(id)).toMatchObject({
      ...runs,
      isCancelled: true,
      sentence: expect.stringMatching(/^It runs in process 77 on a-host since .*; it was told to end\.$/),
    });
  });

  it('whose process is dead that it is put back', async () => {
    const [id = ''] = await statements.insert({});
    const processId = await process();
    await take(processId);
    await schema.rows(`update {s}.process set expires_at = now() - interval '1 s'`);
    expect(await jobs.explain(id)).toMatchObject({ kind: 'process-dead', processId, leaseExpiresAt: expect.any(Date) });
    await schema.rows('delete from {s}.process');
    expect(await jobs.explain(id)).toMatchObject({ kind: 'process-dead', host: null });
  });

  it.each([
    ['everything', ''],
    ['channel', 'C'],
    ['name', 'JOB'],
    ['group', 'g'],
  ])('that %s is paused', async (kind, name) => {
    const [id = '', other = ''] = await statements.insert(
      { channel: 'C', jobGroup: 'g' },
      { name: 'OTHER', channel: 'D', jobGroup: 'h' },
    );
    await process();
    await schema.rows('insert into {s}.pause (kind, name, reason) values ($1, $2, $3)', [
      kind,
      name,
      'the bank is away',
    ]);
    expect(await jobs.explain(id)).toMatchObject({
      kind: 'paused',
      what: kind,
      name: name === '' ? null : name,
      since: expect.any(Date),
      reason: 'the bank is away',
    });
    expect((await jobs.explain(other)).kind).toBe(kind === 'everything' ? 'paused' : 'no-worker');
    await schema.rows('delete from {s}.pause');
  });

  it('that is not due when it will be, and why', async () => {
    const [delayed = '', failed = '', snoozed = ''] = await statements.insert(
      { delaySecs: 60 },
      { numAttempts: 2 },
      {},
    );
    const [one, two] = await take(await process(), 2);
    if (one === undefined || two === undefined) throw new Error('two are ready');
    await statements.settle({ kind: 'waiting', job: one, attempt: 1, secs: 90, errorText: 'no luck' });
    await statements.settle({ kind: 'waiting', job: two, attempt: 0, secs: 90, errorText: null, isSnooze: true });
    const delay = await jobs.explain(delayed);
    expect(delay).toMatchObject({ kind: 'due', why: 'delay', at: expect.any(Date), lastError: null });
    if (delay.kind === 'due') expect(delay.inSecs).toBeCloseTo(60, -1);
    expect(await jobs.explain(failed)).toMatchObject({ kind: 'due', why: 'retry', lastError: 'no luck' });
    expect(await jobs.explain(snoozed)).toMatchObject({ kind: 'due', why: 'snooze' });
  });

  it('that waits for others or a signal that it does', async () => {
    const [id = ''] = await statements.insert({});
    await schema.rows(`update {s}.job set state = 'pending'`);
    expect((await jobs.explain(id)).kind).toBe('pending');
  });

  it('whose group is busy which job holds it', async () => {
    const [first = '', id = ''] = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g' });
    const processId = await process();
    await take(processId);
    const busy = {
      kind: 'group-busy',
      jobGroup: 'g',
      jobId: first,
      processId,
      host: 'a-host',
      since: expect.any(Date),
    };
    expect(await jobs.explain(id)).toMatchObject(busy);
    await take(processId); // it is met, and moved out of the way
    expect(await jobs.explain(id)).toMatchObject(busy);
  });

  it('whose group has had the starts of its rate when the next one is', async () => {
    await schema.rows(`insert into {s}.job_group (name, rate_max, rate_secs, max_running) values ('rated', 1, 60, 5)`);
    const [, id = ''] = await statements.insert({ jobGroup: 'rated' }, { jobGroup: 'rated' });
    await take(await process());
    expect(await jobs.explain(id)).toMatchObject({ kind: 'group-rate', jobGroup: 'rated', at: expect.any(Date) });
  });

  it.each([
    ['name', 'JOB'],
    ['channel', 'narrow'],
  ] as const)('whose %s is at its limit how many run, and how many may', async (what, name) => {
    await schema.rows('insert into {s}.job_limit (kind, name, max_running) values ($1, $2, 1)', [what, name]);
    const job = what === 'name' ? {} : { channel: name };
    const [, id = ''] = await statements.insert(job, job);
    await take(await process());
    expect(await jobs.explain(id)).toMatchObject({ kind: 'limit', what, name, running: 1, max: 1 });
    await schema.rows('update {s}.job_limit set max_running = 2');
    expect((await jobs.explain(id)).kind).toBe('about-to-start');
  });

  it('whose name has had the starts of its rate when the next one is', async () => {
    await schema.rows(`insert into {s}.job_limit (kind, name, rate_max, rate_secs) values ('name', 'JOB', 1, 60)`);
    const [, id = ''] = await statements.insert({}, {});
    await take(await process());
    expect(await jobs.explain(id)).toMatchObject({ kind: 'rate', what: 'name', name: 'JOB', at: expect.any(Date) });
  });

  it('behind others of its group that these come first, unless it may start beside them', async () => {
    await schema.rows(`insert into {s}.job_group (name, max_running) values ('wide', 2)`);
    const [first = '', second = '', third = ''] = await statements.insert(
      ...[1, 2, 3].map(() => ({ jobGroup: 'wide' })),
    );
    await process();
    expect((await jobs.explain(first)).kind).toBe('about-to-start');
    expect((await jobs.explain(second)).kind).toBe('about-to-start');
    expect(await jobs.explain(third)).toMatchObject({ kind: 'group-order', aheadJobId: second });
  });

  it('that is not the next of its group which one is, if anybody takes that', async () => {
    const [first = '', id = ''] = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g', priority: -1 });
    await process();
    expect(await jobs.explain(id)).toMatchObject({ kind: 'group-order', jobGroup: 'g', aheadJobId: first });
    await schema.rows(`update {s}.job set name = 'OTHER' where id = $1`, [first]);
    expect((await jobs.explain(id)).kind).toBe('about-to-start');
  });

  it('that a transaction holds which session does, and that a claim is not disturbed by the question', async () => {
    const [id = ''] = await statements.insert({});
    const processId = await process();
    const client = await schema.direct.connect();
    try {
      await client.query('begin');
      await client.query(`select 1 from ${schema.q}.job where id = $1 for update`, [id]);
      const [row] = (await client.query('select pg_backend_pid() as pid, pg_current_xact_id()')).rows;
      const held = await jobs.explain(id);
      expect(held).toMatchObject({ kind: 'held', pid: row.pid, since: expect.any(Date) });
      expect(held.remedy).toContain('pg_stat_activity');
    } finally {
      await client.query('rollback');
      client.release();
    }
    expect((await jobs.explain(id)).kind).toBe('about-to-start');
    // The question itself has let go of the job, though its transaction goes on.
    const asker = await schema.direct.connect();
    try {
      await asker.query('begin');
      await asker.query(`select * from ${schema.q}.explain_v1($1)`, [id]);
      expect((await take(processId)).map((job) => job.id)).toEqual([id]);
    } finally {
      await asker.query('rollback');
      asker.release();
    }
  });

  it('that nobody takes that there is no Worker for it', async () => {
    const [id = ''] = await statements.insert({ channel: 'C' });
    const none = { kind: 'no-worker', jobName: 'JOB', channel: 'C' };
    expect(await jobs.explain(id)).toMatchObject({ ...none, liveProcesses: 0 });
    await process([{ channels: null, slots: 1, names: ['OTHER'] }]);
    await process([{ channels: ['D'], slots: 1, names: ['JOB'] }]);
    for (const takes of [null, 7, [8], [{}], [{ channels: {}, names: 'x', slots: 'y' }]]) await process(takes);
    expect(await jobs.explain(id)).toMatchObject({ ...none, liveProcesses: 7 });
    const started = await jobs.explain(id);
    expect(started).toMatchObject({
      startingProcesses: 7,
      sentence: expect.stringContaining('as far as they have said'),
    });
    expect(started.remedy).toMatch(/^ask again in a few seconds; /);
    await schema.rows(`update {s}.process set started_at = now() - interval '1 min'`);
    const settled = await jobs.explain(id);
    expect(settled).toMatchObject({
      startingProcesses: 0,
      sentence: expect.stringMatching(/the 7 that run take others\.$/),
    });
    expect(settled.remedy).toMatch(/^start a Worker /);
    await process([{ channels: ['D', 'C'], slots: 1, names: ['A', 'JOB'] }]);
    expect((await jobs.explain(id)).kind).toBe('about-to-start');
    await schema.rows(`update {s}.process set expires_at = now() - interval '1 s'`);
    expect((await jobs.explain(id)).kind).toBe('no-worker');
  });

  it('whose Workers are busy how many jobs are before it; else that it is about to start', async () => {
    const ids = await statements.insert(...Array.from({ length: 5 }, () => ({})));
    const processId = await process();
    expect(await jobs.explain(ids[4] ?? '')).toMatchObject({ kind: 'about-to-start', slots: 2, running: 0, ahead: 4 });
    await take(processId, 2);
    expect(await jobs.explain(ids[4] ?? '')).toMatchObject({ kind: 'workers-busy', slots: 2, running: 2, ahead: 2 });
  });
});
