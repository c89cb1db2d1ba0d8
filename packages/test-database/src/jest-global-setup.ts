import { behindPooler } from './pooled-database.ts';
import { running } from './running-database.ts';
import { startTestDatabase } from './test-database.ts';

/**
 * Starts the run's database and hands its address to the test files as `BEARMQ_TEST_URL`, through the pooler if there
 * is one; `BEARMQ_TEST_DIRECT_URL` is the server itself, for what looks into the database from outside.
 */
export default async function globalSetup(): Promise<void> {
  const startedAt = performance.now();
  const database = await behindPooler(await startTestDatabase());
  running.database = database;
  process.env['BEARMQ_TEST_URL'] = database.url; // Jest's workers inherit it
  process.env['BEARMQ_TEST_DIRECT_URL'] = database.directUrl;
  process.stderr.write(`\nPostgreSQL: ${database.source}, ready in ${Math.round(performance.now() - startedAt)} ms\n`);
}
