import { type ClaimedJob, settle } from '@bearmq/core/internal';
import { fromPg } from '@bearmq/driver-pg';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { lockWaits } from '../support/lock-waits.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

describe('settles of groups', () => {
  it('wait for who holds the group, and then see what that one did', async () => {
    const worker = await statements.worker();
    const [, next] = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g' });
    const [job] = await statements.claimed(worker);
    if (job === undefined) throw new Error('nothing was claimed');
    const lock = `select 1 from {s}.job_group where name = 'g' for update`;
    const settled = await whileLocked(schema, lock, [], async () => {
      const promise = statements.succeed(job);
      await until('it waits', async () => (await lockWaits(schema, 'settle_v1')) === 1);
      return { promise };
    });
    await settled.promise;
    expect((await statements.claimed(worker)).map(({ id }) => id)).toEqual([next]);
  });

  it('tell in which lanes the groups that they free stand in line', async () => {
    const worker = await statements.worker();
    const rows = [
      { jobGroup: 'g' },
      { jobGroup: 'g', name: 'OTHER', channel: 'C' },
      { jobGroup: 'g' },
      { jobGroup: 'alone' },
    ];
    await statements.insert(...rows);
    const [first, alone] = await statements.claimed(worker);
    if (first === undefined || alone === undefined) throw new Error('nothing was claimed');
    const settled = async (job: ClaimedJob) => {
      const outcomes = [{ kind: 'succeeded', job } as const];
      const { processId } = job;
      return (
        await settle(statements.session, statements.tables, { processId, outcomes, started: [], finalized: 'keep' })
      ).opened;
    };
    expect(await settled(alone)).toEqual([]);
    const opened = await settled(first);
    expect(opened).toHaveLength(2);
    expect(opened).toEqual(
      expect.arrayContaining([
        { channel: 'DEFAULT', name: 'JOB' },
        { channel: 'C', name: 'OTHER' },
      ]),
    );
  });

  it('look for the places of a group once, however many of its jobs they settle', async () => {
    const worker = await statements.worker();
    await statements.insert(...Array.from({ length: 100 }, () => ({ jobGroup: 'g' })));
    const run = await statements.claimed(worker, { slots: 1, ahead: 80, maxPerGroup: 80 });
    expect(run).toHaveLength(80);
    await statements.succeed(...run.slice(0, 2));
    const client = await schema.pool.connect();
    const scans = async () => {
      const name = `${schema.q}.job_turn_pkey`;
      const { rows } = await client.query('select pg_stat_get_xact_numscans($1::regclass)::int as n', [name]);
      return Number(rows[0].n);
    };
    await client.query('begin');
    try {
      const before = await scans();
      const outcomes = run.slice(2).map((job) => ({ kind: 'succeeded', job }) as const);
      const { opened } = await settle(fromPg(client), statements.tables, {
        processId: worker,
        outcomes,
        started: [],
        finalized: 'keep',
      });
      expect(opened).toEqual([{ channel: 'DEFAULT', name: 'JOB' }]);
      const made = (await scans()) - before;
      expect(made).toBeGreaterThan(0);
      expect(made).toBeLessThan(10);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  it('in opposite orders do not deadlock', async () => {
    const worker = await statements.worker();
    for (let round = 0; round < 10; round += 1) {
      await statements.insert(...Array.from({ length: 20 }, (_, n) => ({ jobGroup: `g${n}`, numAttempts: 100 })));
      const jobs = await statements.claimed(worker, { slots: 20 });
      const [odd, even] = [jobs.filter((_, n) => n % 2 === 1), jobs.filter((_, n) => n % 2 === 0)];
      const lost = await Promise.all([
        statements.succeed(...odd),
        statements.succeed(...[...even].reverse()),
        statements.succeed(...[...jobs].reverse()),
      ]);
      expect(lost.map(({ size }) => size)).toEqual([0, 0, 0]);
    }
    expect(await schema.value('select sum(running)::int from {s}.job_group')).toBe(0);
  });
});
