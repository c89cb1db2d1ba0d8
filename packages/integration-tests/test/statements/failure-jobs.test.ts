import { type ClaimedJob, type Outcome, settle } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, type NewRow, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

async function claimedOne(row: NewRow = {}): Promise<ClaimedJob> {
  await statements.insert(row);
  const [job] = await statements.claimed(await statements.worker(), { slots: 1 });
  if (job === undefined) throw new Error('nothing was claimed');
  return job;
}

type FailureJob = NonNullable<Extract<Outcome, { readonly kind: 'failed' }>['failureJob']>;

const failed = (job: ClaimedJob, more: Partial<FailureJob> = {}): Outcome => ({
  kind: 'failed',
  job,
  errorText: 'Error: "no"\n  at ü',
  failureJob: {
    id: uuidv7(),
    name: 'TELL',
    channel: 'TOLD',
    jobGroup: null,
    delaySecs: 0,
    numAttempts: 3,
    timeoutSecs: 7,
    priority: 5,
    extras: '{"failureOf":"x"}',
    ...more,
  },
});
const told = () =>
  schema.rows(
    `select id, channel, state::text, job_group, num_attempts, timeout_secs, priority, attempt, extras, payload,
       payload::text as text, run_at from {s}.job where name = 'TELL' order by seq`,
  );

describe('a job that is enqueued for one that has failed', () => {
  it('is there once the failure is recorded, with what is known of it, and its payload as it was', async () => {
    const job = await claimedOne({ payloadText: '{"b": 1,  "a":[1.0, "\\u0000"]}' });
    const outcome = failed(job);
    expect(await statements.settle(outcome)).toEqual(new Set());
    const [row] = await told();
    expect(row).toMatchObject({
      channel: 'TOLD',
      state: 'ready',
      job_group: null,
      num_attempts: 3,
      timeout_secs: 7,
      priority: 5,
      attempt: 0,
      extras: { failureOf: 'x' },
      payload: {
        jobId: job.id,
        jobName: 'JOB',
        payload: { b: 1, a: [1, '\0'] },
        error: 'Error: "no"\n  at ü',
        attempt: 1,
        enqueuedAtMs: Math.floor(job.enqueuedAtMs),
      },
    });
    expect(String(row?.['text'])).toContain('{"b": 1,  "a":[1.0, "\\u0000"]}');
    expect(await statements.finalized(job.id)).toMatchObject({ outcome: 'failed' });
  });

  it('is inserted once, however often the settle is sent', async () => {
    const outcome = failed(await claimedOne());
    for (let n = 0; n < 3; n += 1) await statements.settle(outcome);
    expect(await told()).toHaveLength(1);
  });

  it.each([
    ['was taken from it', 'update {s}.job set fence = fence + 1 where id = $1'],
    ['was deleted by hand', 'delete from {s}.job where id = $1'],
  ])('is not inserted by whose claim %s', async (_how, sql) => {
    const job = await claimedOne();
    await schema.rows(sql, [job.id]);
    await statements.settle(failed(job));
    expect(await told()).toEqual([]);
  });

  it('is inserted where no history is kept, too', async () => {
    const job = await claimedOne();
    const { session, tables } = statements;
    await settle(session, tables, {
      processId: job.processId,
      outcomes: [failed(job)],
      started: [],
      finalized: 'delete',
    });
    expect(await told()).toHaveLength(1);
    expect(await statements.finalized(job.id)).toBeUndefined();
  });

  it('has its group and its delay, and is one of several of a batch', async () => {
    await statements.insert({ numAttempts: 1 }, {}, {});
    const jobs = await statements.claimed(await statements.worker(), { slots: 3 });
    const [grouped, delayed, succeeds] = jobs as [ClaimedJob, ClaimedJob, ClaimedJob];
    await statements.settle(
      failed(grouped, { jobGroup: 'g', extras: null }),
      { kind: 'succeeded', job: succeeds },
      failed(delayed, { delaySecs: 60 }),
    );
    const rows = await told();
    expect(rows).toMatchObject([
      { job_group: 'g', state: 'blocked', run_at: null, extras: null },
      { state: 'scheduled', run_at: expect.any(Date) },
    ]);
    expect(rows.map(({ payload }) => (payload as { jobId: string }).jobId)).toEqual([grouped.id, delayed.id]);
  });

  it('comes of the largest payload that there can be, and of the longest error', async () => {
    const job = await claimedOne();
    await schema.rows(`update {s}.job set payload = to_json(repeat('x', 64 * 1024 * 1024 - 2)) where id = $1`, [
      job.id,
    ]);
    await statements.settle({ ...failed(job), errorText: '\u0001'.repeat(10_000) } as Outcome);
    const sql = `select length(payload ->> 'payload') as payload, length(payload ->> 'error') as error
      from {s}.job where name = 'TELL'`;
    expect(await schema.rows(sql)).toEqual([{ payload: 64 * 1024 * 1024 - 2, error: 10_000 }]);
  }, 120_000);

  it('is not waited for by others where a transaction of somebody else holds the job that failed', async () => {
    const job = await claimedOne();
    await whileLocked(schema, 'select 1 from {s}.job where id = $1 for update', [job.id], async () => {
      await expect(statements.settle(failed(job))).rejects.toMatchObject({ sqlState: '55P03' });
    });
    expect(await told()).toEqual([]);
    await statements.settle(failed(job));
    expect(await told()).toHaveLength(1);
  });
});
