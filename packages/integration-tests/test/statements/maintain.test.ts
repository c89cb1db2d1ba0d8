import { checkGroups, pruneFinalized, pruneGroups } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(() => empty(schema));

describe('pruning finalized jobs', () => {
  async function finalize(count: number): Promise<string[]> {
    const worker = await statements.worker();
    const ids = await statements.insert(...Array.from({ length: count }, () => ({})));
    await statements.succeed(...(await statements.claimed(worker, { slots: count })));
    return ids;
  }
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

describe('pruning groups', () => {
  const prune = (after: string, limit: number) => pruneGroups(session, tables, { after, limit });
  const put = (...names: readonly string[]) =>
    schema.rows('insert into {s}.job_group (name) select * from unnest($1::text[])', [names]);
  const groups = async () =>
    (await schema.rows('select name from {s}.job_group order by name')).map(({ name }) => name);

  it('goes page by page in the order of names, and says where the next one starts', async () => {
    await put('a', 'b', 'c', 'd', 'e');
    await statements.insert({ jobGroup: 'b' });
    expect(await prune('', 2)).toEqual({ groups: ['a'], next: 'b', seen: 2 });
    expect(await prune('b', 2)).toEqual({ groups: ['c', 'd'], next: 'd', seen: 2 });
    expect(await prune('d', 2)).toEqual({ groups: ['e'], next: 'e', seen: 1 });
    expect(await prune('e', 2)).toEqual({ groups: [], next: '', seen: 0 });
    expect(await groups()).toEqual(['b']);
  });

  it('leaves a group alone that a job is in: ready, blocked, scheduled or running', async () => {
    const worker = await statements.worker();
    await statements.insert({ jobGroup: 'running' }, { jobGroup: 'blocked' });
    await statements.claim(worker, { slots: 1 });
    await statements.insert({ jobGroup: 'ready' }, { jobGroup: 'scheduled', delaySecs: 60 });
    await put('blocked', 'ready', 'scheduled', 'unused');
    await schema.rows(`update {s}.job set state = 'blocked' where job_group = 'blocked'`);
    expect((await prune('', 100)).groups).toEqual(['unused']);
    expect(await groups()).toEqual(['blocked', 'ready', 'running', 'scheduled']);
  });

  it('leaves a group alone that counts as busy, and one that somebody holds', async () => {
    await put('held', 'free');
    await schema.rows(`insert into {s}.job_group (name, running) values ('busy', 1)`);
    const lock = `select 1 from {s}.job_group where name = 'held' for update`;
    expect((await whileLocked(schema, lock, [], () => prune('', 100))).groups).toEqual(['free']);
    expect(await groups()).toEqual(['busy', 'held']);
  });

  it('does not mind odd names', async () => {
    const names = ['\u0001', ' ', '%', 'Z', 'a"b', 'é', '🐻', '\uffff'];
    await put(...names);
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const page = await prune(after, 3);
      seen.push(...page.groups);
      if (page.seen < 3) break;
      after = page.next;
    }
    expect(seen.sort()).toEqual([...names].sort());
  });
});

describe('the self-check of groups', () => {
  const selfCheck = async () =>
    (await checkGroups(session, tables, null)).fixed.map(({ kind, jobGroup }) => `${kind} ${jobGroup}`).sort();

  it('finds nothing where nothing is wrong', async () => {
    const worker = await statements.worker();
    await statements.insert(
      ...['a', 'a', 'b', 'c'].map((jobGroup) => ({ jobGroup })),
      { jobGroup: 'c', delaySecs: 60 },
      {},
    );
    const jobs = await statements.claimed(worker, { slots: 2, ahead: 2, maxPerGroup: 2 });
    await statements.claim(worker);
    expect(await selfCheck()).toEqual([]);
    await statements.succeed(...jobs);
    expect(await selfCheck()).toEqual([]);
  });

  it('counts anew what was miscounted: too high, too low, and of another epoch', async () => {
    const worker = await statements.worker();
    await statements.insert(...['low', 'epoch', 'right'].map((jobGroup) => ({ jobGroup })));
    await statements.claim(worker);
    await schema.rows(`insert into {s}.job_group (name, running) values ('high', 3)`);
    await schema.rows(`update {s}.job_group set running = 0 where name = 'low'`);
    await schema.rows(`update {s}.job_group set epoch = 7 where name = 'epoch'`);
    // A group that counts as free and has no waiting jobs is nobody's obstacle, and not looked at.
    await statements.insert({ jobGroup: 'low' });
    await schema.rows(`update {s}.job set state = 'blocked' where state = 'ready'`);
    expect(await selfCheck()).toEqual(['miscounted epoch', 'miscounted high', 'miscounted low']);
    expect(
      (await schema.rows('select name, running from {s}.job_group order by name')).map(
        ({ name, running }) => `${name} ${running}`,
      ),
    ).toEqual(['epoch 0', 'high 0', 'low 1', 'right 1']);
    expect(await selfCheck()).toEqual([]);
  });

  it('makes the oldest ready where all of a free group are blocked, in each lane', async () => {
    const all = await statements.insert(
      { jobGroup: 'g' },
      { jobGroup: 'g' },
      { jobGroup: 'g', channel: 'Y' },
      { jobGroup: 'no row' },
    );
    await schema.rows(`update {s}.job set state = 'blocked'`);
    await schema.rows(`insert into {s}.job_group (name) values ('g')`);
    expect(await selfCheck()).toEqual(['stuck g', 'stuck no row']);
    const ready = await schema.rows(`select id from {s}.job where state = 'ready' order by seq`);
    expect(ready.map(({ id }) => id)).toEqual([all[0], all[2], all[3]]);
    expect(await selfCheck()).toEqual([]);
  });

  it('passes over a group that somebody holds: it is being put right', async () => {
    await schema.rows(`insert into {s}.job_group (name, running) values ('held', 3)`);
    const lock = `select 1 from {s}.job_group where name = 'held' for update`;
    expect(await whileLocked(schema, lock, [], selfCheck)).toEqual([]);
    expect(await selfCheck()).toEqual(['miscounted held']);
  });
});
