// What it costs to count: node dist/stats-cost-main.js [jobs] [rounds]
//
// Drains a backlog with statsSecs as it is by default, and with 0, in turn, in a schema of its own of the database of
// DATABASE_URL; prints each pair, and the median of their ratios. Pairs, since a busy machine is as busy for both.
import { Context, generateMigrationSql, JobDefinition, Worker } from 'bearmq';
import pg from 'pg';
import { median } from './statistics.ts';

const [jobs = 20_000, rounds = 7] = process.argv.slice(2).map(Number);
const SCHEMA = 'bearmq_stats_cost';
const CONCURRENCY = 100;

const connectionString = process.env['DATABASE_URL'];
if (connectionString === undefined) throw new Error('DATABASE_URL says which database');
const pool = new pg.Pool({ connectionString, max: 10 });
const q = `"${SCHEMA}"`;

/** Jobs a second. */
async function drain(statsSecs: number | undefined): Promise<number> {
  await pool.query(`drop schema if exists ${q} cascade`);
  for (const sql of generateMigrationSql(SCHEMA)) await pool.query(sql);
  const context = new Context({ pool, schema: SCHEMA, ...(statsSecs === undefined ? {} : { statsSecs }) });
  let left = jobs;
  let onEmpty = (): void => {};
  const empty = new Promise<void>((resolve) => (onEmpty = resolve));
  const definition = new JobDefinition<number>({
    context,
    name: 'COUNTED',
    workFunction: () => {
      left -= 1;
      if (left === 0) onEmpty();
    },
  });
  await definition.register();
  await definition.enqueueMany(Array.from({ length: jobs }, (_, payload) => ({ payload })));
  const began = performance.now();
  const worker = new Worker({ context, concurrency: CONCURRENCY });
  await empty;
  await worker.stop(); // until all is recorded, figures too
  return jobs / ((performance.now() - began) / 1000);
}

try {
  await drain(0); // to warm up
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isFirst = round % 2 === 0;
    const one = await drain(isFirst ? undefined : 0);
    const other = await drain(isFirst ? 0 : undefined);
    const [counted, uncounted] = isFirst ? [one, other] : [other, one];
    ratios.push(counted / uncounted);
    console.log(
      `${counted.toFixed(0)} jobs/s counted, ${uncounted.toFixed(0)} not: ${(counted / uncounted).toFixed(3)}`,
    );
  }
  console.log(`median of ${rounds} ratios: ${median(ratios).toFixed(3)}`);
} finally {
  await pool.query(`drop schema if exists ${q} cascade`);
  await pool.end();
}
