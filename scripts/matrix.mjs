// pnpm matrix: the tests on every PostgreSQL and every JavaScript runtime that is supported, one leg after the other.
//   --list         names the legs, and runs none
//   --only <text>  only those whose name has this in it
//   --corner       what CI runs: the far ends of the matrix
//   --force        runs what turbo has run before, too
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { CannotRun } from './matrix/cannot-run.mjs';
import { allLegs, cornerLegs } from './matrix/legs.mjs';
import { runLeg } from './matrix/run-leg.mjs';
import { duration, printTable } from './matrix/table.mjs';
import { root, runTurbo } from './run-turbo.mjs';
import { closingLine, printFailures } from './test-reports.mjs';

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    list: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    corner: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
  },
});

const testDatabase = await buildTestDatabase();
const legs = (options.corner ? cornerLegs : allLegs)(testDatabase.MAJORS).filter(({ name }) =>
  name.toLowerCase().includes(options.only.toLowerCase()),
);
if (legs.length === 0) throw new Error(`No leg has "${options.only}" in its name; --list names them.`);
if (options.list) for (const { name } of legs) console.log(name);
else await runAll();

async function buildTestDatabase() {
  const built = runTurbo(['build', '--filter=@bearmq/test-database'], { stdio: 'pipe', encoding: 'utf8' });
  if (!built.ok) throw new Error(`@bearmq/test-database could not be built:\n${built.output}`);
  return await import(pathToFileURL(join(root, 'packages', 'test-database', 'dist', 'index.js')).href);
}

async function runAll() {
  const rows = [];
  for (const leg of legs) {
    console.log(`\n=== ${leg.name}\n`);
    const startedAt = performance.now();
    const result = await outcomeOf(leg);
    const row = { name: leg.name, ms: performance.now() - startedAt, ...result };
    console.log(`\n${leg.name}: ${row.note ?? closingLine(row)}, after ${duration(row.ms)}`);
    rows.push(row);
  }
  printTable(rows);
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  printFailures(rows.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`)));
  console.log(`\n${closingLine(total)}`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** A leg that cannot run counts as one test that was skipped; one in which no test ran, as one that failed. */
async function outcomeOf(leg) {
  try {
    const total = await runLeg(leg, testDatabase, options.force ? ['--force'] : []);
    if (total.passed > 0 || total.failed > 0) return total;
    return { ...total, failed: 1, note: 'failed: no test ran' };
  } catch (error) {
    if (error instanceof CannotRun)
      return { passed: 0, failed: 0, skipped: 1, failures: [], note: `skipped: ${error.message}` };
    return { passed: 0, failed: 1, skipped: 0, failures: [], note: `failed: ${error.message}` };
  }
}
