// The second stage of a claim, called by itself.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { leastPages, visitedPages } from '../support/pages.ts';
import { empty, lineUpAll, type NewRow, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

const lane = (channel: string, name: string): NewRow => ({ channel, name });
const lanesOf = (sql: string, values: readonly unknown[]) =>
  schema.rows(`select f.channel, f.name from ${sql} f`, values);
const free = (...names: string[]) => lanesOf('unnest({s}.find_lanes_v1($1::text[]))', [names]);
const grouped = (...names: string[]) => lanesOf('unnest({s}.find_grouped_v1($1::text[]))', [names]);

const CHANNELS = 20;

/** Makes a job that waits in each lane of some channels, with so many names in each: `N0` and so on. */
async function fillLanes(names: number, group: string | null): Promise<void> {
  await schema.rows('truncate {s}.job, {s}.job_turn');
  await schema.rows(
    `insert into {s}.job (id, state, name, channel, job_group, num_attempts, timeout_secs, payload)
     select gen_random_uuid(), 'ready', 'N' || n, 'C' || c, $3, 1, 0, 'null'
     from generate_series(1, $1::int) c, generate_series(0, $2::int - 1) n`,
    [CHANNELS, names, group],
  );
  await lineUpAll(schema);
}

describe('the lanes that a claim finds', () => {
  it('are those of its names that have ready jobs, with the place of the first of each', async () => {
    const all = await statements.insert(
      lane('C', 'B'),
      lane('C', 'B'),
      { ...lane('C', 'B'), priority: 3 },
      lane('A', 'Z'),
    );
    await statements.insert(
      { ...lane('C', 'X'), delaySecs: 60 },
      { ...lane('C', 'Y'), jobGroup: 'g' },
      lane('C', 'FOREIGN'),
    );
    const seqOf = (i: number) => schema.value('select seq from {s}.job where id = $1', [all[i]]);
    expect(
      await schema.rows(
        `select f.channel, f.name, ~f.rank as priority, f.seq from unnest({s}.find_lanes_v1('{B,X,Y,Z}')) f`,
      ),
    ).toEqual([
      { channel: 'A', name: 'Z', priority: 0, seq: await seqOf(3) },
      { channel: 'C', name: 'B', priority: 3, seq: await seqOf(2) },
    ]);
    expect(await grouped('B', 'X', 'Y', 'Z')).toEqual([{ channel: 'C', name: 'Y' }]);
  });

  it('are none where there are none', async () => {
    await statements.insert(lane('C', 'FOREIGN'), { ...lane('C', 'FOREIGN'), jobGroup: 'g' });
    expect(await schema.value("select {s}.find_lanes_v1('{A,Z}')")).toBeNull();
    expect(await schema.value("select {s}.find_grouped_v1('{A,Z}')")).toBeNull();
    expect(await schema.value("select {s}.find_lanes_v1('{}')")).toBeNull();
  });

  it('are the same whatever lies between them, beside them and before them', async () => {
    // Names that are the beginnings of others, are empty but for a space, end in the least of characters, are not ASCII.
    const texts = ['A', 'A\u0001', 'A\u0001\u0001', 'AA', ' ', 'a', 'Ä', '\u{10ffff}', '\uffff', 'A B'];
    const byBytes = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    await statements.insert(...texts.flatMap((channel) => texts.map((name) => lane(channel, name))));
    await statements.insert(
      ...texts.flatMap((channel) => texts.map((name) => ({ ...lane(channel, name), jobGroup: 'g' }))),
    );
    for (const names of [
      byBytes,
      byBytes.slice(3, 4),
      byBytes.slice(0, 2),
      byBytes.slice(-1),
      byBytes.filter((_, i) => i % 3 === 1),
    ]) {
      const expected = byBytes.flatMap((channel) => names.map((name) => ({ channel, name })));
      expect(await free(...names)).toEqual(expected);
      expect(await grouped(...names)).toEqual(expected);
    }
  });

  // It visited each lane that had ready jobs: 300 ms with 100,000 of them.
  it.each([
    ['free', null],
    ['grouped', 'g'],
  ] as const)('cost what is registered, not what exists (%s)', async (kind, group) => {
    const client = await schema.direct.connect();
    const fn = kind === 'free' ? 'find_lanes_v1' : 'find_grouped_v1';
    const pages = async (names: number) => {
      await fillLanes(names, group);
      const found = await schema.rows(`select f.name from unnest({s}.${fn}('{N1,OTHER}')) f`);
      expect(found).toEqual(Array.from({ length: CHANNELS }, () => ({ name: 'N1' })));
      const sql = `select ${schema.q}.${fn}('{N1,OTHER}')`;
      return await leastPages(() => visitedPages(client, sql, []));
    };
    try {
      const few = await pages(3);
      expect(await pages(200)).toBeLessThan(4 * few); // 200 names instead of 3: it was 60 times as many
    } finally {
      client.release();
    }
  });

  it.each([
    ['free', null],
    ['grouped', 'g'],
  ] as const)('are so many at most, and then those behind them (%s)', async (kind, group) => {
    const fn = kind === 'free' ? 'find_lanes_v1' : 'find_grouped_v1';
    const names = Array.from({ length: 120 }, (_, n) => `N${n}`).sort();
    await fillLanes(names.length, group);
    const from = async (...start: string[]) =>
      await schema.rows(`select f.channel, f.name from unnest({s}.${fn}($1::text[], $2, $3)) f`, [names, ...start]);
    const first = await from('', '');
    expect(first.length).toBeGreaterThanOrEqual(2_000);
    expect(first.length).toBeLessThan(2_010);
    const { channel, name } = first.at(-1) ?? {};
    const rest = await from(String(channel), `${name}\u0001`);
    const all = await schema.rows('select channel, name from {s}.job order by channel collate "C", name collate "C"');
    expect([...first, ...rest]).toEqual(all);
  });

  it('are found behind known places, in the stretches between them', async () => {
    const all = await statements.insert(
      lane('C', 'A'),
      lane('C', 'B'),
      lane('C', 'B'),
      lane('C', 'FOREIGN'),
      lane('D', 'A'),
    );
    const seqs = await schema.rows('select seq from {s}.job order by seq');
    expect(all).toHaveLength(seqs.length);
    const known = JSON.stringify([{ channel: 'C', name: 'B', priority: 0, position: Number(seqs[1]?.['seq']) }]);
    const places = (fn: string) =>
      schema.rows(`select f.channel, f.name, f.seq from unnest({s}.${fn}('{A,B}', $1)) f order by f.seq`, [known]);
    const second = { channel: 'C', name: 'B', seq: seqs[2]?.['seq'] };
    expect(await places('find_after_v1')).toEqual([second]);
    expect(await places('find_between_v1')).toEqual([
      { channel: 'C', name: 'A', seq: seqs[0]?.['seq'] },
      second,
      { channel: 'D', name: 'A', seq: seqs[4]?.['seq'] },
    ]);
  });
});
