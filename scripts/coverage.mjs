// pnpm coverage: the tests that need no database, with what they cover: a table of the packages, and a report of each file in
// its package's coverage/index.html. The integration tests run what is built, so they are not counted here.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root, runTurbo } from './run-turbo.mjs';

/** Those with tests that import their sources. */
const packages = ['core', 'cli', 'migrations'];

const flags = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--coverage',
  '--coverageReporters=html',
  '--coverageReporters=lcov',
  '--coverageReporters=json-summary',
];

/** @typedef {Record<'lines' | 'branches' | 'functions', { covered: number, total: number, pct: number }>} Total */

/** @type {(name: string) => { name: string, isOk: boolean, total: Total | undefined }} */
function cover(name) {
  const folder = join(root, 'packages', name);
  rmSync(join(folder, 'coverage'), { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [...flags, ...process.argv.slice(2)], {
    cwd: folder,
    stdio: 'inherit',
  });
  try {
    const summary = JSON.parse(readFileSync(join(folder, 'coverage', 'coverage-summary.json'), 'utf8'));
    return { name, isOk: status === 0, total: summary.total };
  } catch {
    return { name, isOk: false, total: undefined }; // no run, no summary: told below
  }
}

if (runTurbo(['build']).ok) {
  const covered = packages.map(cover);
  console.log('\npackage       lines  branches  functions');
  for (const { name, total } of covered) {
    const columns =
      total === undefined
        ? 'no report'
        : [total.lines, total.branches, total.functions].map(({ pct }) => `${pct} %`.padStart(9)).join('');
    console.log(`${name.padEnd(10)}${columns}`);
  }
  process.exitCode = covered.every(({ isOk }) => isOk) ? 0 : 1;
} else process.exitCode = 1;
