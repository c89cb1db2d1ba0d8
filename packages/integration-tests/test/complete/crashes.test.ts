import { complete, rescue, settle } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, type NewRow, statementsOf } from '../support/statements.ts';
import { inTransaction } from './support/in-transaction.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(() => empty(schema));

async function claimed(...rows: readonly NewRow[]) {
  await statements.insert(...rows);
  return await statements.claimed(await statements.worker(), { slots: rows.length });
}

const rescuing = async () => {
  await schema.age(31, 'process');
  return await rescue(session, tables, { selfId: null, unlockSecs: 10_800, blockedSecs: 10_800, graceSecs: 0 });
};

describe('a job whose process dies after it was completed', () => {
  it('is over as succeeded, and not run again; its group opens, and its limit is given back', async () => {
    await schema.rows(`insert into {s}.job_limit (kind, name, origin, max_running) values ('name', 'JOB', 'api', 1)`);
    const [job] = await claimed({ jobGroup: 'g' });
    if (job === undefined) throw new Error('nothing was claimed');
    const [behind] = await statements.insert({ jobGroup: 'g' });
    await complete(session, tables, { job, isKept: true });
    const { rescued } = await rescuing();
    expect(rescued).toEqual([{ kind: 'process', processId: job.processId }]);
    expect(await statements.finalized(job.id)).toMatchObject({
      outcome: 'succeeded',
      attempt: 1,
      fence: job.fence,
      process_id: job.processId,
      deaths: null,
      failures: null,
    });
    expect(await statements.job(job.id)).toBeUndefined();
    const next = await statements.claimed(await statements.worker());
    expect(next.map(({ id }) => id)).toEqual([behind]);
  });

  it('was claimed ahead, and had not been recorded as started, has spent its attempt', async () => {
    const jobs = await claimed({}, {});
    const ahead = jobs.find(({ isStarted }) => !isStarted);
    if (ahead === undefined) throw new Error('nothing was claimed ahead');
    await complete(session, tables, { job: ahead, isKept: true });
    await rescuing();
    expect(await statements.finalized(ahead.id)).toMatchObject({ outcome: 'succeeded', attempt: 1 });
  });

  it('is gone where no history is kept', async () => {
    const [job] = await claimed({});
    if (job === undefined) throw new Error('nothing was claimed');
    await complete(session, tables, { job, isKept: false });
    await rescuing();
    expect(await statements.job(job.id)).toBeUndefined();
    expect(await statements.finalized(job.id)).toBeUndefined();
  });

  it('takes the place of an earlier end, where somebody had put the job back by hand', async () => {
    const [job] = await claimed({});
    if (job === undefined) throw new Error('nothing was claimed');
    await schema.rows(
      `insert into {s}.finalized_job (id, seq, enqueued_at, timeout_secs, outcome, attempt, num_attempts, fence, priority, name, channel, payload)
       select id, seq, enqueued_at, timeout_secs, 'failed', 1, 1, 0, 0, name, channel, payload from {s}.job where id = $1`,
      [job.id],
    );
    await complete(session, tables, { job, isKept: true });
    await rescuing();
    expect(await statements.finalized(job.id)).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('a rescue that comes while a job is being completed', () => {
  it.each([
    ['is committed', 'succeeded'],
    ['is rolled back', undefined],
  ])('passes it over, puts back the others, and comes again once the transaction %s', async (how, outcome) => {
    const [held, other] = await claimed({ jobGroup: 'a', numAttempts: 2 }, { jobGroup: 'b' });
    if (held === undefined || other === undefined) throw new Error('not all were claimed');
    const transaction = inTransaction(schema, async (tx) => {
      await complete(tx, tables, { job: held, isKept: true });
      const { rescued, isAnyOverdue } = await rescuing();
      expect(rescued).toEqual([
        expect.objectContaining({ kind: 'job', jobId: other.id }),
        { kind: 'process', processId: held.processId },
      ]);
      expect(isAnyOverdue).toBe(true);
      expect(await statements.job(held.id)).toMatchObject({ state: 'running', done: null });
      if (how === 'is rolled back') throw new Error('no');
    });
    await transaction.catch(() => {});
    const { rescued, isAnyOverdue } = await rescuing();
    expect(isAnyOverdue).toBe(false);
    expect(rescued).toEqual(outcome === undefined ? [expect.objectContaining({ kind: 'job', jobId: held.id })] : []);
    expect((await statements.finalized(held.id))?.['outcome']).toBe(outcome);
    expect((await statements.job(held.id))?.['state']).toBe(outcome === undefined ? 'blocked' : undefined);
    expect(await statements.group('a')).toMatchObject({ running: 0 });
  });

  it('or after it has it refused: the claim is lost', async () => {
    const [job] = await claimed({ numAttempts: 2 });
    if (job === undefined) throw new Error('nothing was claimed');
    await rescuing();
    await expect(complete(session, tables, { job, isKept: true })).rejects.toMatchObject({ sqlState: 'BM004' });
    expect(await statements.job(job.id)).toMatchObject({ state: 'ready', done: null });
  });
});

describe('a settle of a job that is completed', () => {
  it.each(['failed', 'waiting', 'cancelled'] as const)(
    'as %s is told so, once and again, and after a rescue',
    async (kind) => {
      const jobs = await claimed({ numAttempts: 2 }, { numAttempts: 2 });
      for (const job of jobs) await complete(session, tables, { job, isKept: true });
      const [first, second] = jobs;
      if (first === undefined || second === undefined) throw new Error('not all were claimed');
      const say = (job: typeof first) => {
        const outcome = { kind, job, attempt: 1, secs: 5, errorText: 'Error: late' } as const;
        return settle(session, tables, {
          processId: job.processId,
          outcomes: [outcome],
          started: [],
          finalized: 'keep',
        });
      };
      for (let n = 0; n < 2; n += 1) {
        const { lost, completed, cancelled } = await say(first);
        expect([lost.size, completed.size, cancelled.size]).toEqual([0, 1, 0]);
      }
      await rescuing();
      expect((await say(second)).completed.size).toBe(1);
      for (const { id } of jobs) {
        expect(await statements.finalized(id)).toMatchObject({ outcome: 'succeeded', error: null, failures: null });
      }
    },
  );

  it('and that somebody wants cancelled is over as succeeded', async () => {
    const [job] = await claimed({});
    if (job === undefined) throw new Error('nothing was claimed');
    await schema.rows(`update {s}.job set cancel = '{"at":1,"reason":"no"}' where id = $1`, [job.id]);
    await complete(session, tables, { job, isKept: true });
    await statements.settle({ kind: 'waiting', job, attempt: 0, secs: 0, errorText: null });
    expect(await statements.finalized(job.id)).toMatchObject({ outcome: 'succeeded', error: null });
  });
});
