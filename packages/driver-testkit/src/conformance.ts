import { checkHarness, checkSessions } from './check-harness.ts';
import type { ConformanceReport, DriverHarness, SessionHarness, TestRunner } from './harness.ts';
import { planDriverCases, planSessionCases } from './plan.ts';
import { registerSuite } from './suite.ts';

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
 * The last case prints how many cases ran and which were declared unsupported. It fails unless every other one was
 * really run, so it also fails in a run that was narrowed to a few of them (`.only`) but not to leave it out as well.
 *
 * @returns the numbers, for those who want to check them as well.
 * @throws AssertionError at once, when the harness is incomplete.
 */
export function driverConformance(runner: TestRunner, harness: DriverHarness): ConformanceReport {
  checkHarness(harness);
  const plan = [...planSessionCases(harness.sessions), ...planDriverCases(harness)];
  return registerSuite(runner, `driver conformance: ${harness.name}`, plan, harness.print);
}

/**
 * Registers the session cases of {@link driverConformance} alone: for those who write no driver, but a function that
 * makes an `SqlSession` of the transaction of their ORM or query builder. Each kind of session gets all of the cases
 * about values, scalars and rows. Ends as {@link driverConformance} does, with a case that counts and prints.
 *
 * ```ts
 * sessionConformance({ describe, it }, {
 *   name: 'my ORM',
 *   sessions: {
 *     transaction: (use) => rolledBack((tx) => use(fromMyOrm(tx))),
 *   },
 * });
 * ```
 *
 * @returns the numbers, for those who want to check them as well.
 * @throws AssertionError at once, when the harness is incomplete.
 */
export function sessionConformance(runner: TestRunner, harness: SessionHarness): ConformanceReport {
  checkSessions(harness);
  const plan = planSessionCases(harness.sessions);
  return registerSuite(runner, `session conformance: ${harness.name}`, plan, harness.print);
}
