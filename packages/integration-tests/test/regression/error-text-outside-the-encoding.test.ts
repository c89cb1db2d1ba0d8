import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Context, generateMigrationSql, pgDriver } from 'bearmq';
import pg from 'pg';
import { useDaemons } from '../support/daemons.ts';
import { directUrl, useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

// The text of an error went to the database as it was. One that is not in UTF-8 has no place for every character, and
// refused the whole batch, again and again.

const schema = useSchema({ way: 'direct', migrations: 'none' });
const daemons = useDaemons();
const database = `latin1_${process.pid}_${Math.floor(performance.now())}`;
let pool: pg.Pool;

beforeEach(async () => {
  await schema.rows(`create database ${database} encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`);
  const url = new URL(directUrl());
  url.pathname = `/${database}`;
  pool = new pg.Pool({ connectionString: url.href, max: 5 });
  for (const sql of generateMigrationSql('q')) await pool.query(sql);
});

// After the daemons have stopped.
afterEach(async () => {
  await pool.end();
  await schema.rows(`drop database ${database} with (force)`);
});

it('in a database of another encoding than UTF-8, is kept with numbers for what that has not', async () => {
  const context = new Context({ driver: pgDriver({ pool }), schema: 'q' });
  const events = logEvents(context);
  const { definition } = await notedJob<number>(context, 'COSTS', (n) => Promise.reject(`it costs ${n} € 🐻`));
  daemons.worker(context, { concurrency: 10 });
  await definition.enqueueMany(
    Array.from({ length: 30 }, (_, payload) => ({ payload, numAttempts: 2, timeoutSecs: 0 })),
  );
  await events.waitFor('WORKER_JOB_EXPIRE', { count: 30 });
  const { rows } = await pool.query('select error from q.finalized_job order by seq limit 1');
  expect(rows).toEqual([{ error: 'it costs 0 \\u{20ac} \\u{1f43b}' }]);
  expect(events.of('DAEMON_ERROR')).toEqual([]);
});
