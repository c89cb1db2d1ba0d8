// The last stages of a claim, called by themselves: what is due, what is planned, what is locked.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

const FOUND = "{s}.find_lanes_v1('{JOB}')";
const hold = 'select 1 from {s}.job where id = any ($1::uuid[]) for update';

/** The ids behind the places that a stage returns. */
async function picked(sql: string): Promise<unknown[]> {
  const query = `select j.id from unnest((${sql}).rows) with ordinality as r (row, nth) join {s}.job j on j.ctid = r.row order by r.nth`;
  return (await schema.rows(query)).map(({ id }) => id);
}

describe('the stage that makes ready what is due', () => {
  it('does so from a time on, and says where they lie and that it was all', async () => {
    const [free] = await statements.insert(
      { delaySecs: 10, priority: 2 },
      { delaySecs: 10, jobGroup: 'g' },
      { delaySecs: 60 },
    );
    await schema.age(20, 'job');
    const [due] = await schema.rows(
      `select d.ids, ~(d.places[1]).rank as priority, d.is_all, cardinality(d.places) as places from {s}.promote_due_v1('-infinity') d`,
    );
    expect(due).toEqual({ ids: [free], priority: 2, is_all: true, places: 1 });
    expect((await schema.rows('select state::text from {s}.job order by seq')).map(({ state }) => state)).toEqual([
      'ready',
      'blocked',
      'scheduled',
    ]);
    expect(await schema.rows('select job_group, open from {s}.job_turn')).toEqual([{ job_group: 'g', open: true }]);
    expect(await schema.value("select ids from {s}.promote_due_v1('-infinity')")).toBeNull();
  });

  it('leaves what was due before that time', async () => {
    await statements.insert({ delaySecs: 10 });
    await schema.age(20, 'job');
    expect(await schema.value('select ids from {s}.promote_due_v1(now())')).toBeNull();
    expect(await schema.value('select state::text from {s}.job')).toBe('scheduled');
  });
});

describe('the plan of a demand', () => {
  const plan = (left: number, columns: string) =>
    schema.rows(`select ${columns} from {s}.plan_demand_v1(${FOUND}, {s}.find_grouped_v1('{JOB}'), $1, true) p`, [
      left,
    ]);

  it('says how many to take of which lane, so that they are the best of all', async () => {
    await statements.insert(...['A', 'B', 'A', 'C', 'B', 'A'].map((channel) => ({ channel })));
    expect(await plan(4, 'p.takes, p.groups')).toEqual([{ takes: [2, 1, 1], groups: null }]);
  });

  it('leaves out lanes that have none of the best', async () => {
    await statements.insert(...['C', 'B', 'A'].map((channel) => ({ channel })));
    expect(
      await plan(2, 'p.is_narrowed, (select array_agg(f.channel) from unnest(p.ungrouped) f) as channels, p.takes'),
    ).toEqual([{ is_narrowed: true, channels: ['C', 'B'], takes: [1, 1] }]);
  });

  it('names the groups among the best, each once, beside the jobs without one', async () => {
    await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g' }, {}, { jobGroup: 'h' }, {});
    expect(await plan(3, 'p.groups')).toEqual([{ groups: ['g', 'h'] }]);
  });

  it('locks nothing', async () => {
    const all = await statements.insert({}, { jobGroup: 'g' });
    await whileLocked(schema, hold, [all], async () => {
      expect(await plan(2, 'p.takes')).toEqual([{ takes: [1] }]);
    });
  });
});

describe('the stage that locks jobs without a group', () => {
  it.each([1, 3])('gives the best first, past those that others hold, of %i lanes', async (lanes) => {
    const all = await statements.insert(
      ...Array.from({ length: 9 }, (_, n) => ({ channel: `C${n % lanes}`, priority: n === 8 ? 1 : 0 })),
    );
    await whileLocked(schema, hold, [[all[0]]], async () => {
      const order = [8, 1, 2, 3, 4, 5, 6, 7].map((i) => all[i]);
      expect(await picked(`{s}.pick_ungrouped_v1(${FOUND}, array_fill(9, array[${lanes}]), 1000000)`)).toEqual(order);
    });
  });

  it('ends with the job that fills the room', async () => {
    const all = await statements.insert(
      ...Array.from({ length: 4 }, () => ({ payloadText: JSON.stringify('x'.repeat(50)) })),
    );
    expect(await picked(`{s}.pick_ungrouped_v1(${FOUND}, '{4}', 100)`)).toEqual(all.slice(0, 2));
  });

  it('goes anywhere for those that others got in the way of, but takes none twice', async () => {
    const all = await statements.insert(...['A', 'A', 'B', 'B'].map((channel) => ({ channel })));
    const first =
      "(select array_agg(j.ctid) from {s}.job j where j.channel = 'A' and j.seq = (select min(seq) from {s}.job))";
    expect(await picked(`{s}.pick_any_v1(${FOUND}, ${first}, 2, 1000000)`)).toEqual(all.slice(1, 3));
    expect(await schema.value("select rows from {s}.pick_any_v1(null, '{}', 2, 1000000)")).toBeNull();
  });
});
