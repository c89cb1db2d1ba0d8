import assert from 'node:assert/strict';
import { type Driver, quoteIdentifier, type SqlSession } from '@bearmq/core/driver';
import type { DriverCase, PlannedCase, SessionCase } from './cases.ts';
import { closingCases } from './closing.ts';
import { concurrencyCases } from './concurrency.ts';
import { errorCases } from './errors.ts';
import type { DriverHarness, OpenDriver, SessionFactory, SessionHarness } from './harness.ts';
import { interfaceCases } from './interface.ts';
import { listeningSessionCases } from './listening-sessions.ts';
import { notificationCases } from './notifications.ts';
import { ownSessionCases } from './own-sessions.ts';
import { reconnectionCases } from './reconnection.ts';
import { rowCases } from './rows.ts';
import { scalarCases } from './scalars.ts';
import { statementRefusalCases } from './statement-refusals.ts';
import { sql, unique } from './support.ts';
import { transactionFailureCases } from './transaction-failures.ts';
import { transactionCases } from './transactions.ts';
import { valueCases } from './values.ts';

const sessionCases: readonly SessionCase[] = [...valueCases, ...scalarCases, ...rowCases];

const driverAreas: readonly (readonly [area: string, cases: readonly DriverCase[]])[] = [
  ['interface', interfaceCases],
  ['errors', errorCases],
  ['statements', statementRefusalCases],
  ['transactions', transactionCases],
  ['transactions that fail', transactionFailureCases],
  ['notifications', notificationCases],
  ['the listening session', listeningSessionCases],
  ['a session of its own', ownSessionCases],
  ['reconnection', reconnectionCases],
  ['concurrency', concurrencyCases],
  ['closing', closingCases],
];

/** All session cases for each kind of session: none can leave one out. */
export function planSessionCases(sessions: SessionHarness['sessions']): readonly PlannedCase[] {
  return Object.entries(sessions).flatMap(([kind, factory]) =>
    sessionCases.map(
      (one): PlannedCase => ({
        area: `session: ${kind}`,
        title: one.title,
        unsupported: undefined,
        run: (begun) => runSessionCase(one, factory, begun),
      }),
    ),
  );
}

/** The cases that need a driver, in their areas. */
export function planDriverCases(harness: DriverHarness): readonly PlannedCase[] {
  return driverAreas.flatMap(([area, cases]) =>
    cases.map(
      (one): PlannedCase => ({
        area,
        title: one.title,
        unsupported: whyNot(one, harness),
        run: (begun) => runDriverCase(one, harness, begun),
      }),
    ),
  );
}

function whyNot({ needs = [] }: DriverCase, { capabilities }: DriverHarness): string | undefined {
  const reasons = needs.flatMap((name) => {
    const supported = capabilities[name];
    return supported === true ? [] : [`${name}: ${supported}`];
  });
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

/** The body's end is noted apart from the factory's, so that a factory that runs nothing, or hides a failure, is caught. */
async function runSessionCase(one: SessionCase, factory: SessionFactory, begun: () => void): Promise<void> {
  let calls = 0;
  let passed = false;
  await factory(async (session: SqlSession) => {
    calls += 1;
    begun();
    await one.run(session);
    passed = true;
  });
  assert.equal(calls, 1, `the session factory must call its argument once; it was called ${calls} times`);
  assert.ok(passed, 'the session factory did not wait for its argument, or swallowed its failure');
}

async function runDriverCase(one: DriverCase, harness: DriverHarness, begun: () => void): Promise<void> {
  const opened: OpenDriver[] = [];
  const tables: string[] = [];
  const open = async (): Promise<OpenDriver> => {
    const next = await harness.open();
    opened.push(next);
    return next;
  };
  const newTable = (): string => {
    const table = `${quoteIdentifier(harness.schema)}.${unique('bearmq_testkit')}`;
    tables.push(table);
    return table;
  };
  try {
    const first = await open();
    begun();
    await one.run({ driver: first.driver, opened: first, newTable, open: async () => (await open()).driver });
    await dropTables(tables, async () => (await open()).driver);
  } finally {
    for (const each of opened) {
      await each.driver.close();
      await each.dispose();
    }
  }
}

/** Through a new driver: the case may have closed its own. */
async function dropTables(tables: readonly string[], open: () => Promise<Driver>): Promise<void> {
  if (tables.length === 0) return;
  const driver = await open();
  for (const table of tables) await driver.run(sql(`drop table if exists ${table}`));
}
