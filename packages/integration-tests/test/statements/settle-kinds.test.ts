import type { ClaimedJob } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, lineUpAll, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

/** What becomes of a job otherwise than by plain success, as the function takes it. */
const settle = async ({ id, fence, attempt, processId, jobGroup }: ClaimedJob, kind: string, more: object = {}) => {
  const rest = JSON.stringify([{ id, fence, attempt, kind, ...more }]);
  const groups = jobGroup === null ? [] : [jobGroup];
  const sql = `select o_lost as lost, o_name as name from {s}.settle_v1($1, '{}', '{}', '{}', $2, $3, 'keep')`;
  return await schema.rows(sql, [processId, rest, groups]);
};
const claimOne = async (): Promise<ClaimedJob> => {
  const [job] = await statements.claimed(await statements.worker(), { slots: 1 });
  if (job === undefined) throw new Error('nothing was claimed');
  return job;
};

describe('a job that is settled', () => {
  it('as succeeded with a result keeps that in history', async () => {
    const [id = ''] = await statements.insert({});
    expect(await settle(await claimOne(), 'succeeded', { result: [{ a: [1, null] }] })).toEqual([]);
    expect(await statements.finalized(id)).toMatchObject({
      outcome: 'succeeded',
      result: { a: [1, null] },
      error: null,
    });
    expect(await statements.job(id)).toBe(undefined);
  });

  it('as succeeded with the result null has that, and is not without one', async () => {
    const [id = '', without = ''] = await statements.insert({}, {});
    await settle(await claimOne(), 'succeeded', { result: [null], keep: true });
    await settle(await claimOne(), 'succeeded', { keep: true });
    const texts = await schema.rows('select id, result::text from {s}.finalized_job where id = any ($1)', [
      [id, without],
    ]);
    expect(new Map(texts.map((row) => [row['id'], row['result']]))).toEqual(
      new Map([
        [id, 'null'],
        [without, null],
      ]),
    );
  });

  it('as cancelled is over, with the reason', async () => {
    const [id = ''] = await statements.insert({ numAttempts: 3 });
    await settle(await claimOne(), 'cancelled', { error: 'not wanted' });
    expect(await statements.finalized(id)).toMatchObject({ outcome: 'cancelled', error: 'not wanted', attempt: 1 });
  });

  it('as parked without a time waits until somebody has it go on, seen by no claim, its group open for others', async () => {
    const [id = '', next = ''] = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g' });
    const job = await claimOne();
    expect(await settle(job, 'parked', { attempt: 0 })).toEqual([{ lost: null, name: 'JOB' }]);
    expect(await statements.job(id)).toMatchObject({ state: 'pending', run_at: null, process_id: null, attempt: 0 });
    expect((await claimOne()).id).toBe(next);
    await schema.rows(`update {s}.job set state = 'blocked' where id = $1`, [id]);
    await lineUpAll(schema);
    await statements.succeed({
      ...job,
      id: next,
      fence: 1,
      processId: String((await statements.job(next))?.['process_id']),
    });
    expect((await claimOne()).id).toBe(id);
  });

  it('as parked with a time waits until then', async () => {
    const [id = ''] = await statements.insert({});
    await settle(await claimOne(), 'parked', { attempt: 0, secs: 60 });
    expect(await statements.job(id)).toMatchObject({ state: 'scheduled', attempt: 0 });
  });

  it.each(['succeeded', 'cancelled', 'parked', 'failed', 'waiting'])(
    'as %s changes nothing the second time, and is not told of as lost',
    async (kind) => {
      const [id = ''] = await statements.insert({ numAttempts: 3 });
      const job = await claimOne();
      await settle(job, kind, { secs: 60 });
      const before = [await statements.job(id), await statements.finalized(id)];
      expect(await settle(job, kind, { secs: 60 })).toEqual([]);
      expect([await statements.job(id), await statements.finalized(id)]).toEqual(before);
    },
  );

  it.each(['succeeded', 'cancelled', 'parked'])('as %s by whom it was taken from is told of as lost', async (kind) => {
    const [id = ''] = await statements.insert({ numAttempts: 3 });
    const job = await claimOne();
    await schema.rows('update {s}.job set fence = fence + 1 where id = $1', [id]);
    expect(await settle(job, kind)).toEqual([{ lost: id, name: null }]);
    expect(await statements.job(id)).toMatchObject({ state: 'running' });
  });
});

describe('when a job became ready', () => {
  const readyMs = (id: string) =>
    schema.value(`select extract(epoch from ready_at - now())::float8 * 1000 from {s}.job where id = $1`, [id]);

  it('is null for one that was ready when it was enqueued, and goes to history as it is', async () => {
    const [id = ''] = await statements.insert({});
    const job = await claimOne();
    expect(await statements.job(id)).toMatchObject({ ready_at: null });
    await statements.succeed(job);
    expect(await statements.finalized(id)).toMatchObject({ ready_at: null });
  });

  it('is when its delay or its pause was over, not when a claim made it ready', async () => {
    const [id = ''] = await statements.insert({ delaySecs: 60 });
    await schema.rows(`update {s}.job set run_at = now() - interval '10 seconds' where id = $1`, [id]);
    const job = await claimOne();
    expect(await readyMs(id)).toBeLessThan(-9_000);
    expect(await statements.job(id)).toMatchObject({ run_at: null });
    await statements.succeed(job);
    const kept = 'select extract(epoch from claimed_at - ready_at)::float8 > 9 from {s}.finalized_job where id = $1';
    expect(await schema.value(kept, [id])).toBe(true);
  });

  it('is the end of the run before for one that is tried again at once, and unknown until then for one that pauses', async () => {
    const [id = ''] = await statements.insert({ numAttempts: 3 });
    const first = await claimOne();
    await statements.settle({ kind: 'waiting', job: first, attempt: 1, secs: 0, errorText: 'no' });
    expect(Math.abs(Number(await readyMs(id)))).toBeLessThan(20_000);
    const second = await claimOne();
    await statements.settle({ kind: 'waiting', job: second, attempt: 2, secs: 60, errorText: 'no' });
    expect(await statements.job(id)).toMatchObject({ state: 'scheduled', ready_at: null });
  });
});
