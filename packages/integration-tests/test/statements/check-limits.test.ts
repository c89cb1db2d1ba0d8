import { checkGroups } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { lockWaits } from '../support/lock-waits.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);

const limit = (kind: 'channel' | 'name', name: string, most: number) =>
  schema.rows(`select {s}.set_limit_v1($1, $2, 'api', $3, null, null, null, null, null)`, [kind, name, most]);
const selfCheck = async () =>
  (await checkGroups(statements.session, statements.tables, null)).fixed
    .map(({ of, name, kind }) => `${of} ${name} ${kind}`)
    .sort();
const counts = () => schema.rows('select kind, running from {s}.job_limit order by kind');
const deleteOne = (id: string | undefined) => schema.rows('delete from {s}.job where id = $1', [id]);

/** Three jobs that run under two limits. */
async function threeRun() {
  await limit('name', 'JOB', 5);
  await limit('channel', 'DEFAULT', 4);
  await statements.insert({}, {}, { jobGroup: 'g' });
  return await statements.claimed(await statements.worker());
}

beforeEach(() => empty(schema));

describe('the self-check of limits', () => {
  it('finds nothing where nothing is wrong', async () => {
    await limit('name', 'OTHER', 1);
    const jobs = await threeRun();
    expect(jobs).toHaveLength(3);
    expect(await selfCheck()).toEqual([]);
    await statements.succeed(...jobs.slice(1));
    expect(await selfCheck()).toEqual([]);
    await limit('name', 'JOB', 1);
    expect(await selfCheck()).toEqual([]);
  });

  it('counts anew what was miscounted, too high and too low', async () => {
    const [, job] = await threeRun();
    await deleteOne(job?.id);
    expect(await selfCheck()).toEqual(['channel DEFAULT miscounted', 'name JOB miscounted']);
    expect((await counts()).map((row) => row['running'])).toEqual([2, 2]);
    await schema.rows('update {s}.job_limit set running = 0');
    expect(await selfCheck()).toEqual(['channel DEFAULT miscounted', 'name JOB miscounted']);
    expect((await counts()).map((row) => row['running'])).toEqual([2, 2]);
    expect(await selfCheck()).toEqual([]);
  });

  it('passes over a limit that somebody holds: it is being put right', async () => {
    const [job] = await threeRun();
    await deleteOne(job?.id);
    const lock = `select 1 from {s}.job_limit where kind = 'name' for update`;
    expect(await whileLocked(schema, lock, [], selfCheck)).toEqual(['channel DEFAULT miscounted']);
    expect(await selfCheck()).toEqual(['name JOB miscounted']);
  });

  it('counts a job whose settle is under way, which counts it down afterwards', async () => {
    const [gone, job] = await threeRun();
    await deleteOne(gone?.id);
    const lock = `select 1 from {s}.job_limit where kind = 'channel' for update`;
    const settled = await whileLocked(schema, lock, [], async () => {
      const promise = job === undefined ? undefined : statements.succeed(job);
      await until('it waits for the limit', async () => (await lockWaits(schema, 'settle_v1')) === 1);
      expect(await selfCheck()).toEqual(['name JOB miscounted']);
      expect(await counts()).toContainEqual({ kind: 'name', running: 2 });
      return { promise };
    });
    await settled.promise;
    expect(await counts()).toContainEqual({ kind: 'name', running: 1 });
    expect(await selfCheck()).toEqual(['channel DEFAULT miscounted']);
  });

  it('has a settle that waits for it count down what it has counted', async () => {
    const [gone, job] = await threeRun();
    await deleteOne(gone?.id);
    const client = await schema.pool.connect();
    try {
      await client.query('begin');
      await client.query(`select * from ${schema.q}.check_limits_v1()`);
      const settled = job === undefined ? undefined : statements.succeed(job);
      await until('it waits for the limit', async () => (await lockWaits(schema, 'settle_v1')) === 1);
      await client.query('commit');
      await settled;
    } finally {
      client.release();
    }
    expect((await counts()).map((row) => row['running'])).toEqual([1, 1]);
    expect(await selfCheck()).toEqual([]);
  });
});
