import { type ClaimedJob, reconcile, rescue } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

const failuresOf = async (id: string) => {
  const sql = `select failures from {s}.job where id = $1 union all select failures from {s}.finalized_job where id = $1`;
  return (await schema.value(sql, [id])) as readonly Record<string, unknown>[] | null;
};
const claimOne = async (worker: string): Promise<ClaimedJob> => {
  const [job] = await statements.claimed(worker, { slots: 1 });
  if (job === undefined) throw new Error('nothing was claimed');
  return job;
};
const failed = (job: ClaimedJob, errorText: string) => {
  const failure = { workerId: 'w', durationMs: 12.5 };
  const { attempt } = job;
  return attempt < job.numAttempts
    ? statements.settle({ kind: 'waiting', job, attempt, secs: 0, errorText, failure })
    : statements.settle({ kind: 'failed', job, errorText, failure });
};
const die = async (worker: string) => {
  await schema.rows(
    `update {s}.process set expires_at = now() - interval '1 minute', watched_at = now(),
    watched_from = now() - interval '1 minute' where id = $1`,
    [worker],
  );
  return await rescue(statements.session, statements.tables, {
    selfId: null,
    unlockSecs: 60,
    blockedSecs: 60,
    graceSecs: 0,
  });
};

describe('the history of failed attempts', () => {
  it('has each with its number, when, where, for how long and why, in order, and goes to history with the job', async () => {
    const worker = await statements.worker();
    const [id = ''] = await statements.insert({ numAttempts: 2 });
    await failed(await claimOne(worker), 'one');
    expect(await failuresOf(id)).toMatchObject([{ attempt: 1, error: 'one' }]);
    await failed(await claimOne(worker), 'two');
    const [first, second] = (await failuresOf(id)) ?? [];
    expect(first).toEqual({
      ...{ attempt: 1, error: 'one', workerId: 'w', durationMs: 12.5, processId: worker },
      atMs: expect.any(Number),
    });
    expect(second).toMatchObject({ attempt: 2, error: 'two' });
    expect(Math.abs(Number(second?.['atMs']) - Date.now())).toBeLessThan(60_000);
    expect(Number(second?.['atMs'])).toBeGreaterThanOrEqual(Number(first?.['atMs']));
    expect(await statements.finalized(id)).toMatchObject({ outcome: 'failed', error: 'two' });
  });

  it('is null for a job that never failed, and stays with one that succeeds in the end', async () => {
    const worker = await statements.worker();
    const [fine = '', shaky = ''] = await statements.insert({}, { numAttempts: 2 });
    await statements.succeed(await claimOne(worker));
    await failed(await claimOne(worker), 'once');
    await statements.succeed(await claimOne(worker));
    expect(await failuresOf(fine)).toBe(null);
    expect(await failuresOf(shaky)).toMatchObject([{ attempt: 1, error: 'once' }]);
    expect(await statements.finalized(shaky)).toMatchObject({ outcome: 'succeeded', error: null });
  });

  it('keeps the first and the latest nine, and of all but the newest the first 2,000 characters', async () => {
    const worker = await statements.worker();
    const [id = ''] = await statements.insert({ numAttempts: 13 });
    for (let n = 1; n <= 13; n += 1) await failed(await claimOne(worker), `${n}:`.padEnd(9_000, 'ü'));
    const kept = (await failuresOf(id)) ?? [];
    expect(kept.map(({ attempt }) => attempt)).toEqual([1, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(kept.map(({ error }) => String(error).length)).toEqual([...Array(9).fill(2_000), 9_000]);
    expect(String(kept[3]?.['error']).startsWith('7:')).toBe(true);
  });

  it('says that the process died, of a job that was running; one that was held ahead has lost no attempt', async () => {
    const worker = await statements.worker();
    const [ran = '', held = ''] = await statements.insert({ numAttempts: 2 }, { numAttempts: 2 });
    await statements.claimed(worker);
    await die(worker);
    expect(await failuresOf(ran)).toEqual([
      {
        ...{ attempt: 1, error: 'the worker process died', processId: worker, workerId: null, durationMs: null },
        atMs: expect.any(Number),
      },
    ]);
    expect(await statements.job(ran)).toMatchObject({ deaths: 1, state: 'ready' });
    expect(await failuresOf(held)).toBe(null);
    expect(await statements.job(held)).toMatchObject({ deaths: null, ready_at: null });
    const second = await statements.worker();
    await claimOne(second);
    await die(second);
    expect(await statements.job(ran)).toMatchObject({ deaths: 2, attempt: 2 });
    expect(await failuresOf(ran)).toMatchObject([{ attempt: 1 }, { attempt: 2, processId: second }]);
  });

  it('says nothing of a job that never reached its worker, nor of one that was released', async () => {
    const worker = await statements.worker();
    const [id = ''] = await statements.insert({ numAttempts: 2 });
    await claimOne(worker);
    await reconcile(statements.session, statements.tables, { processId: worker, generation: 1, known: [] });
    const job = (await statements.claimed(worker, { generation: 1 }))[0];
    if (job === undefined) throw new Error('nothing was claimed');
    await statements.settle({ kind: 'waiting', job, attempt: 0, secs: 0, errorText: null });
    expect(await failuresOf(id)).toBe(null);
    expect(await statements.job(id)).toMatchObject({ deaths: null, ready_at: null, attempt: 0 });
  });

  it('has one entry of an attempt whose settle is sent twice', async () => {
    const worker = await statements.worker();
    const [id = ''] = await statements.insert({ numAttempts: 2 });
    const job = await claimOne(worker);
    await failed(job, 'one');
    await failed(job, 'one');
    expect(await failuresOf(id)).toHaveLength(1);
  });

  it.each([`'{}'`, `'null'`, `'1'`, `'[1]'`, `'[["a"]]'`, `'[{"error":1}]'`])(
    'goes on whatever somebody put there by hand: %s',
    async (odd) => {
      const worker = await statements.worker();
      const [id = ''] = await statements.insert({ numAttempts: 3 });
      await schema.rows(`update {s}.job set failures = ${odd} where id = $1`, [id]);
      await failed(await claimOne(worker), 'mine');
      expect((await failuresOf(id))?.at(-1)).toMatchObject({ error: 'mine' });
    },
  );
});
