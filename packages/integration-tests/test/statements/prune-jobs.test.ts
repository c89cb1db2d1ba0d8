import { pruneBeyond, pruneFailed, pruneFinalized, pruneSucceeded } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(() => empty(schema));

async function finalize(count: number): Promise<string[]> {
  const worker = await statements.worker();
  const ids = await statements.insert(...Array.from({ length: count }, () => ({})));
  await statements.succeed(...(await statements.claimed(worker, { slots: count })));
  return ids;
}

/** Puts jobs into history that were finalized so many seconds ago, with this outcome. */
const history = async (outcome: string, ...agesSecs: readonly number[]): Promise<string[]> => {
  const rows = await schema.rows(
    `insert into {s}.finalized_job (id, seq, enqueued_at, timeout_secs, outcome, attempt, num_attempts, fence, priority,
       name, channel, payload, finalized_at)
     select gen_random_uuid(), n, now(), 300, $1::{s}.job_outcome, 1, 1, 1, 0, 'JOB', 'DEFAULT', 'null',
       now() - make_interval(secs => age) from unnest($2::float8[]) with ordinality u (age, n) order by n returning id`,
    [outcome, agesSecs],
  );
  return rows.map(({ id }) => String(id));
};
const idsOf = (pruned: readonly { readonly jobId: string }[]) => pruned.map(({ jobId }) => jobId).sort();

describe('pruning finalized jobs', () => {
  const prune = (limit = 100) => pruneFinalized(session, tables, { retentionSecs: 60, limit });

  it('deletes those past their retention, oldest first, up to a limit', async () => {
    const old = await finalize(3);
    await schema.age(10, 'finalized_job');
    const older = await finalize(1);
    await schema.age(61, 'finalized_job');
    await schema.rows(`update {s}.finalized_job set finalized_at = finalized_at - interval '1 hour' where id = $1`, [
      older[0],
    ]);
    await finalize(2);
    expect(await prune(1)).toEqual([{ jobId: older[0], jobName: 'JOB' }]);
    expect((await prune()).map(({ jobId }) => jobId).sort()).toEqual([...old].sort());
    expect(await prune()).toEqual([]);
    expect(await schema.value('select count(*)::int from {s}.finalized_job')).toBe(2);
  });

  it('keeps no plan from when the table was small', async () => {
    const driver = schema.newDriver({ max: 1 });
    for (let i = 0; i < 3; i += 1) await pruneFinalized(driver, tables, { retentionSecs: 60, limit: 100 });
    const text = 'select count(*)::int4 from pg_prepared_statements where strpos(statement, $1::text) > 0';
    expect(await driver.run({ name: 'kept', text, values: [tables.finalizedJob] })).toEqual([[0]]);
    await driver.close();
  });

  it('passes over what another transaction is deleting', async () => {
    const ids = await finalize(3);
    await schema.age(61, 'finalized_job');
    const deleted = await whileLocked(schema, 'delete from {s}.finalized_job where id = $1', [ids[0]], () => prune());
    expect(deleted.map(({ jobId }) => jobId).sort()).toEqual(ids.slice(1).sort());
  });
});

describe('pruning jobs that succeeded', () => {
  const prune = (fromSecs: number | null, limit = 100, retentionSecs = 60) =>
    pruneSucceeded(session, tables, { retentionSecs, fromSecs, limit });

  it('deletes no others, oldest first, and says from where to go on', async () => {
    const old = await history('succeeded', 300, 200, 100, 10);
    await history('failed', 400, 250, 100);
    await history('cancelled', 400);
    const first = await prune(null, 2);
    expect(idsOf(first.deleted)).toEqual(old.slice(0, 2).sort());
    const second = await prune(first.upToSecs, 2);
    expect(idsOf(second.deleted)).toEqual([old[2]]);
    const third = await prune(second.upToSecs);
    expect(third.deleted).toEqual([]);
    expect(third.upToSecs).toBeGreaterThanOrEqual(second.upToSecs);
    expect(await schema.value('select count(*)::int from {s}.finalized_job')).toBe(5);
  });

  it('goes on where it ended, within what was finalized in one moment', async () => {
    const ids = await history('succeeded', ...Array.from({ length: 25 }, () => 100));
    const deleted: string[] = [];
    for (let from: number | null = null; deleted.length < 25; ) {
      const pruned = await prune(from, 10);
      expect(pruned.deleted.length).toBeGreaterThan(0);
      deleted.push(...idsOf(pruned.deleted));
      from = pruned.upToSecs;
    }
    expect(deleted.sort()).toEqual([...ids].sort());
  });

  it('does not walk over the failures that are kept, once it has been through', async () => {
    await history('failed', ...Array.from({ length: 5_000 }, (_, n) => 10_000 + n));
    await schema.rows('analyze {s}.finalized_job');
    const { upToSecs } = await prune(null);
    const client = await schema.direct.connect();
    await client.query('begin');
    for (const way of ['sort', 'seqscan', 'bitmapscan']) await client.query(`set local enable_${way} = off`);
    const rowsRemoved = async (fromSecs: number) => {
      const { rows } = await client.query(
        `explain (analyze, format json) select id from ${schema.q}.finalized_job
         where finalized_at < now() - interval '60 s' and finalized_at >= to_timestamp($1::float8) and outcome = 'succeeded'
         order by finalized_at limit 100`,
        [fromSecs],
      );
      return Number(/"Rows Removed by Filter": ?(\d+)/.exec(JSON.stringify(rows))?.[1] ?? 0);
    };
    try {
      expect(await rowsRemoved(0)).toBe(5_000);
      expect(await rowsRemoved(upToSecs)).toBe(0);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('pruning jobs that failed', () => {
  it('deletes those that were cancelled, too, and none that succeeded', async () => {
    const [failed = '', cancelled = ''] = [
      ...(await history('failed', 100, 10)),
      ...(await history('cancelled', 90)),
    ].filter((_, n) => n !== 1);
    await history('succeeded', 1_000);
    expect(idsOf(await pruneFailed(session, tables, { retentionSecs: 60, limit: 100 }))).toEqual(
      [failed, cancelled].sort(),
    );
    expect(await schema.value('select count(*)::int from {s}.finalized_job')).toBe(2);
  });
});

describe('pruning jobs beyond a number', () => {
  const beyond = (max: number, limit = 100) => pruneBeyond(session, tables, { max, limit });

  it('deletes the oldest, whatever became of them, and exactly so many, also of those of one moment', async () => {
    const old = [...(await history('failed', 300)), ...(await history('succeeded', 200))];
    const alike = await history('succeeded', ...Array.from({ length: 20 }, () => 100));
    const deleted = idsOf(await beyond(15));
    expect(deleted).toHaveLength(7);
    expect(deleted).toEqual(expect.arrayContaining(old));
    expect(alike.filter((id) => !deleted.includes(id))).toHaveLength(15);
    expect(await beyond(15)).toEqual([]);
    expect(await beyond(0, 10)).toHaveLength(10);
    expect(await beyond(0)).toHaveLength(5);
  });

  it('deletes none twice for what the server still believes to be there', async () => {
    await history('succeeded', ...Array.from({ length: 300 }, (_, n) => n));
    await schema.rows('analyze {s}.finalized_job');
    expect(await beyond(250)).toHaveLength(50);
    expect(await beyond(250)).toEqual([]);
    expect(await beyond(1_000)).toEqual([]);
    expect(await schema.value('select count(*)::int from {s}.finalized_job')).toBe(250);
  });
});
