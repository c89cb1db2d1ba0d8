// What an addition costs: node dist/cost-main.js stats|otel|otel-idle [jobs] [rounds]
//
// Drains a backlog with it and without, in turn, in a schema of its own of the database of DATABASE_URL; prints each
// pair, and the median of their ratios. Pairs, since a busy machine is as busy for both.
import { Context, generateMigrationSql, JobDefinition, Worker } from 'bearmq';
import pg from 'pg';
import { type Addition, additions } from './additions.ts';
import { median } from './statistics.ts';

const [, , name = 'stats', ...numbers] = process.argv;
const [jobs = 20_000, rounds = 7] = numbers.map(Number);
const SCHEMA = 'bearmq_cost';
const CONCURRENCY = 100;

const addition = additions.get(name);
if (addition === undefined) throw new Error(`${name}: one of ${[...additions.keys()].join(', ')}`);
const connectionString = process.env['DATABASE_URL'];
if (connectionString === undefined) throw new Error('DATABASE_URL says which database');
const pool = new pg.Pool({ connectionString, max: 10 });
const q = `"${SCHEMA}"`;

/** Jobs a second. */
async function drain({ settings = {}, attach }: Partial<Addition>): Promise<number> {
  await pool.query(`drop schema if exists ${q} cascade`);
  for (const sql of generateMigrationSql(SCHEMA)) await pool.query(sql);
  const context = new Context({ pool, schema: SCHEMA, ...settings });
  const detach = attach?.(context);
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
  const perSec = jobs / ((performance.now() - began) / 1000);
  await detach?.();
  return perSec;
}

try {
  const { without, ...within } = addition;
  const plain = { settings: without };
  await drain(plain); // to warm up
  await drain(within);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isFirst = round % 2 === 0;
    const one = await drain(isFirst ? within : plain);
    const other = await drain(isFirst ? plain : within);
    const [rate, rateWithout] = isFirst ? [one, other] : [other, one];
    ratios.push(rate / rateWithout);
    console.log(
      `${rate.toFixed(0)} jobs/s with ${name}, ${rateWithout.toFixed(0)} without: ${ratios.at(-1)?.toFixed(3)}`,
    );
  }
  console.log(`median of ${rounds} ratios: ${median(ratios).toFixed(3)}`);
} finally {
  await pool.query(`drop schema if exists ${q} cascade`);
  await pool.end();
}
