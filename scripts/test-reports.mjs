import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run-turbo.mjs';

const reports = ['packages', 'apps']
  .filter((group) => existsSync(join(root, group)))
  .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name, 'reports', 'jest.json')));

/** So that a package that does not get as far as its report is not counted by an old one. Turbo restores those it skips. */
export function removeReports() {
  for (const report of reports) rmSync(report, { force: true });
}

/**
 * What the packages' runs left, in sum.
 *
 * @param {boolean} ok Whether the command that ran them succeeded; a failure that is in no report counts as one.
 */
export function sumReports(ok) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
  /** @type {Set<string>} */
  const nodes = new Set();
  for (const report of reports.filter((path) => existsSync(path))) {
    const { passed, failed, skipped, failures, node } = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    total.failures.push(...failures);
    nodes.add(node);
  }
  if (!ok && total.failed === 0) {
    console.log('\nA build, a type check or a test run failed as a whole; it counts as one failure.');
    total.failed = 1;
  }
  return { total, nodes: [...nodes] };
}

/** @param {{ passed: number, failed: number, skipped: number }} total */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The failed tests by name, as the last thing that is read of a long run. @param {readonly string[]} failures */
export function printFailures(failures) {
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`);
}
