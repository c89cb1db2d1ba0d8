import { checkGroups, pruneGroups } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(() => empty(schema));

describe('pruning groups', () => {
  const prune = (after: string, limit: number) => pruneGroups(session, tables, { after, limit });
  const put = (...names: readonly string[]) =>
    schema.rows('insert into {s}.job_group (name) select * from unnest($1::text[])', [names]);
  const groups = async () =>
    (await schema.rows('select name from {s}.job_group order by name')).map(({ name }) => name);

  it('goes page by page in the order of names, and says where the next one starts', async () => {
    await put('a', 'b', 'c', 'd', 'e');
    await statements.insert({ jobGroup: 'b' });
    expect(await prune('', 2)).toEqual({ groups: ['a'], next: 'b', seen: 2, hasKeys: false, hasReports: false });
    expect(await prune('b', 2)).toEqual({ groups: ['c', 'd'], next: 'd', seen: 2, hasKeys: false, hasReports: false });
    expect(await prune('d', 2)).toEqual({ groups: ['e'], next: 'e', seen: 1, hasKeys: false, hasReports: false });
    expect(await prune('e', 2)).toEqual({ groups: [], next: '', seen: 0, hasKeys: false, hasReports: false });
    expect(await groups()).toEqual(['b']);
  });

  it('leaves a group alone that a job is in: ready, blocked, scheduled or running', async () => {
    const worker = await statements.worker();
    await statements.insert({ jobGroup: 'running' }, { jobGroup: 'blocked' });
    await statements.claim(worker, { slots: 1 });
    await statements.insert({ jobGroup: 'ready' }, { jobGroup: 'scheduled', delaySecs: 60 });
    await put('blocked', 'ready', 'scheduled', 'unused');
    await schema.rows(`update {s}.job set state = 'ready' where job_group = 'ready'`);
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
    (await checkGroups(session, tables, null)).fixed.map(({ kind, name }) => `${kind} ${name}`).sort();

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
    expect(await selfCheck()).toEqual(['miscounted epoch', 'miscounted high', 'miscounted low']);
    expect(
      (await schema.rows('select name, running from {s}.job_group order by name')).map(
        ({ name, running }) => `${name} ${running}`,
      ),
    ).toEqual(['epoch 0', 'high 0', 'low 1', 'right 1']);
    expect(await selfCheck()).toEqual([]);
  });

  it('gives each lane of a group with waiting jobs a place in line, and opens those that nobody would', async () => {
    const all = await statements.insert(
      { jobGroup: 'g' },
      { jobGroup: 'g' },
      { jobGroup: 'g', channel: 'Y' },
      { jobGroup: 'no row' },
    );
    await schema.rows(`insert into {s}.job_group (name) values ('g')`);
    await schema.rows(`delete from {s}.job_turn where job_group = 'g' and channel = 'Y'`);
    await schema.rows(`update {s}.job_turn set open = false where job_group = 'no row'`);
    expect(await selfCheck()).toEqual(['stuck g', 'stuck no row']);
    const turns = await schema.rows('select job_group, channel, open, turn from {s}.job_turn order by turn');
    const seqs = (await schema.rows('select seq from {s}.job order by seq')).map(({ seq }) => seq);
    expect(turns).toEqual([
      { job_group: 'g', channel: 'DEFAULT', open: true, turn: seqs[0] },
      { job_group: 'g', channel: 'Y', open: true, turn: seqs[2] },
      { job_group: 'no row', channel: 'DEFAULT', open: true, turn: seqs[3] },
    ]);
    expect(all).toHaveLength(4);
    expect(await selfCheck()).toEqual([]);
  });

  it('passes over a group that somebody holds: it is being put right', async () => {
    await schema.rows(`insert into {s}.job_group (name, running) values ('held', 3)`);
    const lock = `select 1 from {s}.job_group where name = 'held' for update`;
    expect(await whileLocked(schema, lock, [], selfCheck)).toEqual([]);
    expect(await selfCheck()).toEqual(['miscounted held']);
  });
});
