import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Context } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';

const schema = useSchema({ way: 'direct' });
const OVER = 50_000;
const FAILED = OVER / 100;
const WAITING = 20_000;
const LANES = 10;

/** History and a backlog, with their statistics: a plan that reads all of it would stand out. */
beforeAll(async () => {
  await schema.rows(
    `insert into {s}.finalized_job (id, seq, enqueued_at, finalized_at, timeout_secs, outcome, attempt, num_attempts, fence,
       priority, name, channel, error, payload)
     select gen_random_uuid(), i, now(), now() - i * interval '1 ms', 300,
       (case when i % 100 = 0 then 'failed' else 'succeeded' end)::{s}.job_outcome, 1, 1, 1, 0, 'J' || i % $2, 'DEFAULT',
       case when i % 100 = 0 then 'Error: no paper in tray ' || i end, '{}' from generate_series(1, $1::int) i`,
    [OVER, LANES],
  );
  await schema.rows(
    `insert into {s}.job (id, timeout_secs, state, num_attempts, name, channel, payload)
     select gen_random_uuid(), 300, 'ready', 1, 'J' || i % $2, 'DEFAULT', '{}' from generate_series(1, $1::int) i`,
    [WAITING, LANES],
  );
  await schema.rows('analyze {s}.finalized_job');
  await schema.rows('analyze {s}.job');
});

interface Node {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

/** How many rows of a table a question has looked at, in all of its statements. */
async function rowsLookedAt(table: string, ask: (context: Context) => Promise<unknown>): Promise<number> {
  let total = 0;
  const driver = intercepted(schema.driver(), async (statement, send) => {
    if (statement.name.startsWith('bearmq_read_') && statement.name !== 'bearmq_read_schema_version') {
      const { rows } = await schema.direct.query<{ 'QUERY PLAN': readonly [{ readonly Plan: Node }] }>(
        `explain (analyze, format json, timing off) ${statement.text}`,
        [...statement.values],
      );
      total += rowsOf(rows[0]?.['QUERY PLAN'][0].Plan, table);
    }
    return await send();
  });
  await ask(schema.context({}, { driver }));
  return total;
}

function rowsOf(node: Node | undefined, table: string): number {
  if (node === undefined) return 0;
  const own = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  const below = (node.Plans ?? []).reduce((sum, one) => sum + rowsOf(one, table), 0);
  return below + (node['Relation Name'] === table ? own : 0);
}

describe('what figures look at', () => {
  it('is no more of a backlog than what is counted of each lane', async () => {
    const upTo = 100;
    const looked = await rowsLookedAt('job', (context) => context.lanes({ upTo }));
    expect(looked).toBeGreaterThanOrEqual(LANES * upTo);
    expect(looked).toBeLessThanOrEqual(LANES * (upTo + 5));
    expect(await rowsLookedAt('finalized_job', (context) => context.lanes({ upTo }))).toBe(0);
  });

  it('is no more of history than the failures that are asked for', async () => {
    expect(await rowsLookedAt('finalized_job', (context) => context.failures({ upTo: 100 }))).toBeLessThanOrEqual(100);
    expect(await rowsLookedAt('finalized_job', (context) => context.failures())).toBeLessThanOrEqual(FAILED);
  });

  it('is nothing of either for charts, totals and the queue', async () => {
    const asks: readonly ((context: Context) => Promise<unknown>)[] = [
      ({ stats }) => stats.series({ from: new Date(Date.now() - 86_400_000) }),
      ({ stats }) => stats.totals(),
      ({ stats }) => stats.queue(),
    ];
    for (const ask of asks) {
      expect(await rowsLookedAt('job', ask)).toBe(0);
      expect(await rowsLookedAt('finalized_job', ask)).toBe(0);
    }
  });
});
