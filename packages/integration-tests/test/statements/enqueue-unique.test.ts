import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { keyedOf } from '../support/keyed-jobs.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { submit, one } = keyedOf(schema, statements);

beforeEach(async () => {
  await empty(schema);
  await schema.rows('truncate {s}.unique_key');
});

const ids = async () => (await schema.rows('select id from {s}.job order by seq')).map(({ id }) => id);
const claimAll = async () => await statements.claimed(await statements.worker(), { slots: 100 });
const retry = { kind: 'waiting', attempt: 1, secs: 0, errorText: 'no' } as const;

describe('a unique key', () => {
  it('is held by the first, and the second is told who holds it', async () => {
    const first = await one({ payloadText: '1' });
    expect(first.outcome).toBe('enqueued');
    expect(await one({ payloadText: '2' })).toEqual({ jobId: first.jobId, outcome: 'skipped' });
    expect(await ids()).toEqual([first.jobId]);
    expect((await statements.job(first.jobId))?.['payload']).toBe('1');
  });

  it('is one of its definition, and of any characters', async () => {
    const keys = ['K', 'k', ' K', "'", '\\', '🐻', 'ü', 'x'.repeat(1_024), '\n', '{"a"}'];
    const outcomes = await submit(keys.map((key) => ({ key })));
    expect(new Set(outcomes.map(({ jobId }) => jobId)).size).toBe(keys.length);
    expect((await submit(keys.map((key) => ({ key })))).map(({ outcome }) => outcome)).toEqual(
      keys.map(() => 'skipped'),
    );
    expect(await one({ name: 'OTHER' })).toMatchObject({ outcome: 'enqueued' });
    // The name ends where the key begins.
    expect(
      (
        await submit([
          { name: 'JO', key: 'BK' },
          { name: 'JOB', key: 'K' },
        ])
      ).map((o) => o.outcome),
    ).toEqual(['enqueued', 'skipped']);
  });

  it("held until the start is free once its job was claimed, and a release or a retry doesn't take it again", async () => {
    for (const outcome of ['released', 'failed'] as const) {
      await empty(schema);
      const [job] = [await one(), ...(await claimAll())].slice(1) as Awaited<ReturnType<typeof claimAll>>;
      if (job === undefined) throw new Error('not claimed');
      const second = await one();
      expect(second).toMatchObject({ outcome: 'enqueued' });
      const back = outcome === 'failed' ? retry : ({ kind: 'waiting', attempt: 0, secs: 0, errorText: null } as const);
      await statements.settle({ ...back, job });
      expect(await one()).toEqual({ jobId: second.jobId, outcome: 'skipped' });
      expect(await ids()).toEqual([job.id, second.jobId]);
    }
  });

  it('held until the end is free when the job is over, not before', async () => {
    const first = await one({ until: 'finished' });
    const [job] = await claimAll();
    if (job === undefined) throw new Error('not claimed');
    expect(await one({ until: 'finished' })).toEqual({ jobId: first.jobId, outcome: 'skipped' });
    await statements.settle({ ...retry, job });
    expect(await one({ until: 'finished' })).toEqual({ jobId: first.jobId, outcome: 'skipped' });
    await statements.succeed(...(await claimAll()));
    expect(await one({ until: 'finished' })).toMatchObject({ outcome: 'enqueued' });
  });

  it('held until the job is deleted is free when history has it no more', async () => {
    const first = await one({ until: 'deleted' });
    await statements.succeed(...(await claimAll()));
    expect(await one({ until: 'deleted' })).toEqual({ jobId: first.jobId, outcome: 'skipped' });
    await schema.rows('delete from {s}.finalized_job');
    expect(await one({ until: 'deleted' })).toMatchObject({ outcome: 'enqueued' });
  });

  it('is held by how it was taken, not by what the next one says', async () => {
    const first = await one({ until: 'finished' });
    await claimAll();
    expect(await one({ until: 'started' })).toEqual({ jobId: first.jobId, outcome: 'skipped' });
  });

  it('is held for a time as well, whatever becomes of the job', async () => {
    const first = await one({ forSecs: 60 });
    await statements.succeed(...(await claimAll()));
    expect(await one({ forSecs: 60 })).toEqual({ jobId: first.jobId, outcome: 'skipped' });
    await schema.rows(`update {s}.unique_key set held_until = held_until - interval '61 seconds'`);
    expect(await one({ forSecs: 60 })).toMatchObject({ outcome: 'enqueued' });
  });

  it('of a job that was deleted by hand is free', async () => {
    await one({ until: 'finished' });
    await schema.rows('delete from {s}.job');
    expect(await one({ until: 'finished' })).toMatchObject({ outcome: 'enqueued' });
  });
});

describe('on a conflict', () => {
  const extras = '{"headers":{"a":"b"}}';

  it('a waiting job is replaced: payload and extras, while its place, time, priority and group stay', async () => {
    const first = await one({ payloadText: '1', delaySecs: 60, priority: 7, jobGroup: 'G' });
    const before = await statements.job(first.jobId);
    const next = { payloadText: '{"b":1, "a":2}', extras, delaySecs: 5, priority: 1, jobGroup: 'H' };
    expect(await one({ ...next, onConflict: 'replace' })).toEqual({ jobId: first.jobId, outcome: 'replaced' });
    const after = await statements.job(first.jobId);
    expect(after).toEqual({ ...before, payload: next.payloadText, extras: JSON.parse(extras) });
  });

  it.each(['replace', 'restart'] as const)(
    'one that runs is not changed by %s, and stands for the job',
    async (onConflict) => {
      const first = await one({ until: 'finished', payloadText: '1' });
      await claimAll();
      expect(await one({ until: 'finished', payloadText: '2', onConflict })).toEqual({
        jobId: first.jobId,
        outcome: 'skipped',
      });
      expect((await statements.job(first.jobId))?.['payload']).toBe('1');
    },
  );

  it('a delay begins anew, up to a time after the first enqueue', async () => {
    const first = await one({ delaySecs: 60 });
    const dueIn = () =>
      schema.value('select extract(epoch from run_at - enqueued_at)::float8 from {s}.job where id = $1', [first.jobId]);
    await schema.rows(
      `update {s}.job set enqueued_at = enqueued_at - interval '50 s', run_at = run_at - interval '50 s'`,
    );
    const again = { delaySecs: 60, onConflict: 'restart' } as const;
    expect(await one({ ...again, payloadText: '2' })).toEqual({ jobId: first.jobId, outcome: 'restarted' });
    expect(Number(await dueIn())).toBeGreaterThan(109);
    expect(Number(await dueIn())).toBeLessThan(120);
    await one({ ...again, maxRestartSecs: 90 });
    expect(await dueIn()).toBe(90);
    expect((await statements.job(first.jobId))?.['payload']).toBe('null');
  });

  it('one that is due already is replaced by a restart', async () => {
    const first = await one({ payloadText: '1' });
    expect(await one({ payloadText: '2', delaySecs: 60, onConflict: 'restart' })).toEqual({
      jobId: first.jobId,
      outcome: 'replaced',
    });
    expect(await statements.job(first.jobId)).toMatchObject({ state: 'ready', payload: '2' });
  });

  it('one is refused where it says so, and nothing is left of it', async () => {
    const first = await one();
    expect(await one({ onConflict: 'throw' })).toEqual({ jobId: first.jobId, outcome: 'refused' });
    expect(await ids()).toEqual([first.jobId]);
    expect(await schema.value('select count(*)::int from {s}.unique_key')).toBe(1);
  });
});

describe('a list', () => {
  it('is inserted in its order, with jobs that have no key and with those that take one over', async () => {
    await submit(['A', 'B', 'C'].map((key) => ({ key, until: 'finished' as const })));
    await statements.succeed(...(await claimAll()));
    const keys = ['Z', undefined, 'B', 'Y', undefined, 'A', 'X', 'C'];
    const outcomes = await submit(
      keys.map((key, n) => ({ key, payloadText: String(n), delaySecs: n % 2 === 0 ? 0 : 60 })),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(keys.map(() => 'enqueued'));
    expect(await ids()).toEqual(outcomes.map(({ jobId }) => jobId));
    const rows = await schema.rows(`select payload::text, state::text from {s}.job order by seq`);
    expect(rows).toEqual(keys.map((_, n) => ({ payload: String(n), state: n % 2 === 0 ? 'ready' : 'scheduled' })));
  });

  it('that has a key twice enqueues the first, which the second meets', async () => {
    const outcomes = await submit([
      { payloadText: '1' },
      { key: 'L', payloadText: '2' },
      { payloadText: '3' },
      { key: 'L', payloadText: '4', onConflict: 'replace' },
      { key: 'M', payloadText: '5', delaySecs: 60 },
      { key: 'M', payloadText: '6', delaySecs: 90, onConflict: 'restart' },
    ]);
    const [k, l, , , m] = outcomes.map(({ jobId }) => jobId);
    expect(outcomes).toEqual([
      { jobId: k, outcome: 'enqueued' },
      { jobId: l, outcome: 'enqueued' },
      { jobId: k, outcome: 'skipped' },
      { jobId: l, outcome: 'replaced' },
      { jobId: m, outcome: 'enqueued' },
      { jobId: m, outcome: 'restarted' },
    ]);
    const payloads = (await schema.rows('select payload::text from {s}.job order by seq')).map(
      ({ payload }) => payload,
    );
    expect(payloads).toEqual(['1', '4', '6']);
  });

  it('of a thousand, all of them held, costs no more than a moment', async () => {
    const list = Array.from({ length: 1_000 }, (_, n) => ({ key: String(n) }));
    const first = await submit(list);
    expect((await submit(list)).map(({ jobId, outcome }) => [jobId, outcome])).toEqual(
      first.map(({ jobId }) => [jobId, 'skipped']),
    );
    expect(
      (await submit(list.map((one) => ({ ...one, onConflict: 'replace' as const })))).every(
        (o) => o.outcome === 'replaced',
      ),
    ).toBe(true);
    expect(await ids()).toEqual(first.map(({ jobId }) => jobId));
  });

  it('keeps the text of each payload as it is', async () => {
    const texts = ['null', '"null"', '-0', '1e400', '{"a":1,"a":2}', '"🐻 \\"quoted\\" \\u0000"', '[1,  2]'];
    const outcomes = await submit(texts.map((payloadText, n) => ({ key: String(n), payloadText })));
    for (const [n, { jobId }] of outcomes.entries()) {
      expect((await statements.job(jobId))?.['payload']).toBe(texts[n]);
    }
    await submit(
      texts.map((payloadText, n) => ({ key: String((n + 1) % texts.length), payloadText, onConflict: 'replace' })),
    );
    for (const [n, { jobId }] of outcomes.entries()) {
      expect((await statements.job(jobId))?.['payload']).toBe(texts[(n + texts.length - 1) % texts.length]);
    }
  });
});
