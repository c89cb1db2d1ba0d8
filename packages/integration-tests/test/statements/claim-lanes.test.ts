// Jobs without a group in many lanes.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { leastPages, visitedPages } from '../support/pages.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);

/** Jobs whose lanes and priorities follow no pattern, in 60 lanes: one deep, many of a few jobs. */
async function scatter(count: number): Promise<void> {
  const lane = 'case when i * 7919 % 3 = 0 then 0 else i * 104729 % 60 end';
  await schema.rows(
    `insert into {s}.job (id, state, name, channel, priority, num_attempts, timeout_secs, payload)
     select gen_random_uuid(), 'ready', 'JOB', 'C' || ${lane}, (i * 31 % 5 = 0)::int, 1, 0, 'null'
     from generate_series(1, $1::int) i`,
    [count],
  );
}

beforeEach(() => empty(schema));

describe('a claim from many lanes', () => {
  it.each([1, 7, 40, 150, 1_000])('takes the best of all, %i at a time', async (slots) => {
    const worker = await statements.worker();
    await scatter(600);
    const order = await schema.rows('select id::text from {s}.job order by priority desc, seq');
    const taken: string[] = [];
    while (taken.length < 300) taken.push(...ids(await statements.claimed(worker, { slots })));
    expect(taken).toEqual(order.slice(0, taken.length).map(({ id }) => id));
  });

  // It chose how many to take of each lane before it locked them, and came back with less, or nothing, where others held
  // those; though jobs were ready in other lanes, the process then slept until its next poll.
  it('goes on to other lanes where others hold what it saw', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(...Array.from({ length: 12 }, (_, n) => ({ channel: `C${n}` })));
    const hold = 'select 1 from {s}.job where id = any ($1::uuid[]) for update';
    await whileLocked(schema, hold, [all.slice(0, 6)], async () => {
      const jobs = await statements.claimed(worker, { slots: 4 });
      expect(ids(jobs)).toEqual(all.slice(6, 10));
      expect(jobs.map(({ isStarted }) => isStarted)).toEqual([true, false, false, false]);
      expect(ids(await statements.claimed(worker, { slots: 4 }))).toEqual(all.slice(10));
    });
    expect(ids(await statements.claimed(worker, { slots: 9 }))).toEqual(all.slice(0, 6));
  });

  it('takes each job once where others hold a part of what it saw', async () => {
    const worker = await statements.worker();
    const all = await statements.insert(...['A', 'A', 'B', 'B', 'B', 'B'].map((channel) => ({ channel })));
    const hold = 'select 1 from {s}.job where id = any ($1::uuid[]) for update';
    await whileLocked(schema, hold, [all.slice(0, 2)], async () => {
      expect(ids(await statements.claimed(worker, { slots: 4 }))).toEqual(all.slice(2));
    });
    expect(ids(await statements.claimed(worker, { slots: 12 }))).toEqual(all.slice(0, 2));
  });

  // It looked at as many jobs of each lane as it could take in all.
  it('costs what it takes, not what there is', async () => {
    const worker = await statements.worker();
    const client = await schema.direct.connect();
    const pages = async (lanes: number) => {
      await schema.rows('truncate {s}.job');
      await schema.rows(
        `insert into {s}.job (id, state, name, channel, num_attempts, timeout_secs, payload)
         select gen_random_uuid(), 'ready', 'JOB', 'C' || i % $1::int, 1, 0, 'null' from generate_series(1, 20000) i`,
        [lanes],
      );
      const demands = JSON.stringify([{ channels: null, slots: 300, ahead: 0, maxPerGroup: 1 }]);
      const claim = `select * from ${schema.q}.claim_v1($1, 0, '{JOB}', $2, null)`;
      return await leastPages(async () => {
        await client.query('begin');
        const visited = await visitedPages(client, claim, [worker, demands]);
        await client.query('rollback'); // so that each finds the same
        return visited;
      });
    };
    try {
      const one = await pages(1);
      expect((await pages(60)) / one).toBeLessThan(2);
    } finally {
      client.release();
    }
  });
});
