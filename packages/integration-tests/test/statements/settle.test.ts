import { claimKey, settle } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, type NewRow, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

/** Claims one job that was just enqueued. */
async function oneClaimed(row: NewRow = {}) {
  const worker = await statements.worker();
  const [id = ''] = await statements.insert(row);
  const [job] = await statements.claimed(worker, { names: [row.name ?? 'JOB'] });
  if (job === undefined) throw new Error('nothing was claimed');
  return { worker, id, job };
}

describe('a settle', () => {
  it('moves a job that succeeded to history, with all that there is to know of it', async () => {
    const { worker, id, job } = await oneClaimed({
      name: 'N',
      channel: 'C',
      jobGroup: 'g',
      numAttempts: 3,
      timeoutSecs: 7,
      priority: 4,
      payloadText: '{"b": 1,  "a":[1.0]}',
    });
    const before = await statements.job(id);
    expect(await statements.succeed(job)).toEqual(new Set());
    expect(await statements.job(id)).toBeUndefined();
    expect(await statements.finalized(id)).toMatchObject({
      outcome: 'succeeded',
      seq: before?.['seq'],
      enqueued_at: before?.['enqueued_at'],
      claimed_at: before?.['claimed_at'],
      finalized_at: expect.any(Date),
      attempt: 1,
      num_attempts: 3,
      fence: 1,
      timeout_secs: 7,
      priority: 4,
      process_id: worker,
      name: 'N',
      channel: 'C',
      job_group: 'g',
      error: null,
      result: null,
      payload: '{"b": 1,  "a":[1.0]}',
    });
  });

  it('moves one that failed for good, with its error', async () => {
    const { id, job } = await oneClaimed();
    await statements.settle({ kind: 'failed', job, errorText: 'why\n  "it" failed' });
    expect(await statements.finalized(id)).toMatchObject({
      outcome: 'failed',
      attempt: 1,
      error: 'why\n  "it" failed',
    });
  });

  it('schedules a retry, by the clock of the database', async () => {
    const { id, job } = await oneClaimed({ numAttempts: 3 });
    await statements.settle({ kind: 'waiting', job, attempt: 1, secs: 50, errorText: 'once' });
    expect(await statements.job(id)).toMatchObject({
      state: 'scheduled',
      attempt: 1,
      process_id: null,
      last_error: 'once',
      fence: 1,
    });
    expect(await schema.value('select extract(epoch from run_at - now())::float8 between 40 and 50 from {s}.job')).toBe(
      true,
    );
  });

  it('makes a job ready at once when it is to wait no time', async () => {
    const { id, job } = await oneClaimed({ numAttempts: 3 });
    await statements.settle({ kind: 'waiting', job, attempt: 0, secs: 0, errorText: null });
    expect(await statements.job(id)).toMatchObject({ state: 'ready', run_at: null, attempt: 0, last_error: null });
  });

  it('keeps the last error when a job is released later', async () => {
    const { worker, id, job } = await oneClaimed({ numAttempts: 3 });
    await statements.settle({ kind: 'waiting', job, attempt: 1, secs: 0, errorText: 'first' });
    const [again] = await statements.claimed(worker);
    if (again !== undefined)
      await statements.settle({ kind: 'waiting', job: again, attempt: 1, secs: 0, errorText: null });
    expect(await statements.job(id)).toMatchObject({ last_error: 'first', attempt: 1, fence: 2 });
  });

  it('spends the attempt of a job that was claimed ahead when it is told of its start', async () => {
    const worker = await statements.worker();
    const [id = ''] = await statements.insert({ numAttempts: 2 });
    const started = await statements.claimed(worker, { slots: 0, ahead: 1 });
    expect(await statements.job(id)).toMatchObject({ attempt: 0, started: false });
    const input = { processId: worker, outcomes: [], started, finalized: 'keep' } as const;
    expect(await settle(statements.session, statements.tables, input)).toMatchObject({ lost: new Set(), opened: [] });
    await settle(statements.session, statements.tables, input);
    expect(await statements.job(id)).toMatchObject({ state: 'running', attempt: 1, started: true });
  });

  it('takes many outcomes of all kinds at once', async () => {
    const worker = await statements.worker();
    await statements.insert(
      ...Array.from({ length: 40 }, (_, n) => ({ numAttempts: 2, ...(n % 2 === 0 ? { jobGroup: `g${n}` } : {}) })),
    );
    const jobs = await statements.claimed(worker, { slots: 40 });
    const lost = await statements.settle(
      ...jobs.map((job, n) => {
        if (n % 4 === 0) return { kind: 'failed', job, errorText: `e${n}` } as const;
        if (n % 4 === 1) return { kind: 'waiting', job, attempt: 1, secs: 9, errorText: null } as const;
        return { kind: 'succeeded', job } as const;
      }),
    );
    expect(lost).toEqual(new Set());
    const counts = await schema.rows(
      'select outcome::text, count(*)::int from {s}.finalized_job group by 1 order by 1',
    );
    expect(counts).toEqual([
      { outcome: 'failed', count: 10 },
      { outcome: 'succeeded', count: 20 },
    ]);
    expect(await schema.value(`select count(*)::int from {s}.job where state = 'scheduled'`)).toBe(10);
    expect(await schema.value('select sum(running)::int from {s}.job_group')).toBe(0);
  });

  it('deletes finalized jobs where no history is kept', async () => {
    const worker = await statements.worker();
    await statements.insert({}, {});
    const [a, b] = await statements.claimed(worker);
    if (a === undefined || b === undefined) throw new Error('nothing was claimed');
    const outcomes = [{ kind: 'succeeded', job: a } as const, { kind: 'failed', job: b, errorText: 'x' } as const];
    await settle(statements.session, statements.tables, {
      processId: worker,
      outcomes,
      started: [],
      finalized: 'delete',
    });
    expect(await schema.value('select (select count(*) from {s}.job) + (select count(*) from {s}.finalized_job)')).toBe(
      '0',
    );
  });

  it('of nothing does nothing', async () => {
    expect(await statements.settle()).toEqual(new Set());
  });
});

describe('the fence of a settle', () => {
  it.each(['succeeded', 'failed', 'waiting'] as const)('keeps out a claim that is not the newest: %s', async (kind) => {
    const { id, job } = await oneClaimed({ jobGroup: 'g', numAttempts: 2 });
    await schema.rows('update {s}.job set fence = 2');
    const before = await statements.job(id);
    const stale =
      kind === 'waiting' ? { kind, job, attempt: 1, secs: 0, errorText: 'x' } : { kind, job, errorText: 'x' };
    expect(await statements.settle(stale)).toEqual(new Set([id]));
    expect(await statements.job(id)).toEqual(before);
    expect(await statements.finalized(id)).toBeUndefined();
    expect(await statements.group('g')).toMatchObject({ running: 1 });
  });

  it('keeps out a job that runs no more, and one that never was', async () => {
    const { id, job } = await oneClaimed();
    await schema.rows(`update {s}.job set state = 'ready', process_id = null, fence = fence + 1`);
    expect(await statements.succeed(job)).toEqual(new Set([id]));
    await schema.rows('delete from {s}.job');
    expect(await statements.succeed(job)).toEqual(new Set([id]));
  });

  it('lets the others of the batch through', async () => {
    const worker = await statements.worker();
    const all = await statements.insert({ jobGroup: 'a' }, { jobGroup: 'b' }, {});
    const jobs = await statements.claimed(worker);
    await schema.rows('update {s}.job set fence = 9 where id = $1', [all[1]]);
    expect(await statements.succeed(...jobs)).toEqual(new Set([all[1]]));
    expect(await schema.value('select count(*)::int from {s}.finalized_job')).toBe(2);
    expect(await statements.group('b')).toMatchObject({ running: 1 });
  });

  it('takes a second copy of the same settle for what it is: nothing changes, nothing is lost', async () => {
    const worker = await statements.worker();
    await statements.insert(...Array.from({ length: 4 }, (_, n) => ({ numAttempts: 2, jobGroup: `g${n}` })));
    const [a, b, c, d] = await statements.claimed(worker);
    if (a === undefined || b === undefined || c === undefined || d === undefined)
      throw new Error('too few were claimed');
    const outcomes = [
      { kind: 'succeeded', job: a },
      { kind: 'failed', job: b, errorText: 'x' },
      { kind: 'waiting', job: c, attempt: 1, secs: 60, errorText: 'x' },
      { kind: 'waiting', job: d, attempt: 0, secs: 0, errorText: null },
    ] as const;
    const all = () =>
      schema.rows(`select id, attempt, fence, process_id from {s}.job union all
      select id, attempt, fence, process_id from {s}.finalized_job order by id`);
    await statements.settle(...outcomes);
    const after = await all();
    expect(await statements.settle(...outcomes)).toEqual(new Set());
    expect(await all()).toEqual(after);
    expect(await schema.value('select sum(running)::int from {s}.job_group')).toBe(0);
  });
});

describe('a settle with two claims of one job', () => {
  it('tells which of them was lost', async () => {
    const { worker, job: old } = await oneClaimed({ numAttempts: 5 });
    await statements.settle({ kind: 'waiting', job: old, attempt: 0, secs: 0, errorText: null });
    const [current] = await statements.claimed(worker);
    if (current === undefined) throw new Error('nothing was claimed');
    const outcomes = [old, current].map((job) => ({ kind: 'succeeded', job }) as const);
    const input = { processId: worker, outcomes, started: [], finalized: 'keep' } as const;
    const { lost } = await settle(statements.session, statements.tables, input);
    expect(lost).toEqual(new Set([claimKey(old)]));
  });
});
