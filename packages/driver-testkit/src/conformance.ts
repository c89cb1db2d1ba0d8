import assert from 'node:assert/strict';
import { checkHarness } from './check-harness.ts';
import type { ConformanceReport, DriverHarness, TestRunner } from './harness.ts';
import { type PlannedCase, planCases } from './plan.ts';

/**
 * Registers the conformance suite for a driver with a test runner. A driver that passes it carries BearMQ.
 *
 * ```ts
 * import { describe, it } from 'vitest'; // or jest, mocha, node:test
 * import { driverConformance } from '@bearmq/driver-testkit';
 *
 * driverConformance({ describe, it }, harness);
 * ```
 *
 * The last case fails unless every other one was really run, so it also fails in a run that was narrowed to a few of
 * them (`.only`) but not to leave it out as well.
 *
 * @returns the numbers, for those who want to check them as well.
 * @throws AssertionError at once, when the harness is incomplete.
 */
export function driverConformance(runner: TestRunner, harness: DriverHarness): ConformanceReport {
  checkHarness(harness);
  const plan = planCases(harness);
  const supported = plan.filter(({ unsupported }) => unsupported === undefined);
  const skipped = plan.flatMap(({ area, title, unsupported: reason }) =>
    reason === undefined ? [] : [{ title: `${area}: ${title}`, reason }],
  );
  const begun = new Set<PlannedCase>();

  runner.describe(`driver conformance: ${harness.name}`, () => {
    for (const area of new Set(plan.map((one) => one.area))) {
      runner.describe(area, () => {
        for (const one of plan) if (one.area === area) register(runner, one, () => begun.add(one));
      });
    }
    runner.describe('the suite itself', () => {
      runner.it(`ran all of its ${supported.length} cases (${skipped.length} declared unsupported)`, async () => {
        const missing = supported.filter((one) => !begun.has(one)).map(({ area, title }) => `${area}: ${title}`);
        assert.deepEqual(missing, [], 'these cases were registered, but never got hold of a session or driver');
        assert.equal(begun.size, supported.length);
      });
    });
  });
  return { registered: supported.length, unsupported: skipped, executed: () => begun.size };
}

function register({ it }: TestRunner, one: PlannedCase, begun: () => void): void {
  if (one.unsupported === undefined) {
    it(one.title, () => one.run(begun));
    return;
  }
  const skip = it.skip?.bind(it) ?? it;
  skip(`${one.title} (skipped: ${one.unsupported})`, async () => undefined);
}
