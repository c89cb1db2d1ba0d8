import { describe, expect, it } from '@jest/globals';
import { declaredNames } from './support/exported-names.ts';
import { specifiers } from './support/published-packages.ts';

/** All that users can import, types among them: to add a name here is to promise to keep it. */
const expected: Readonly<Record<string, readonly string[]>> = {
  bearmq: [],
  '@bearmq/core': ['BearError'],
  '@bearmq/core/driver': [
    'DatabaseError',
    'DatabaseErrorDetails',
    'Driver',
    'InvalidIdentifierError',
    'NotificationListener',
    'SqlRow',
    'SqlSession',
    'SqlStatement',
    'SqlValue',
    'Subscription',
    'asBoolean',
    'asNullable',
    'asNumber',
    'asText',
    'quoteIdentifier',
    'quoteLiteral',
    'toArrayLiteral',
    'toDatabaseError',
  ],
  '@bearmq/driver-pg': [
    'PgClient',
    'PgDriverOptions',
    'PgListeningClient',
    'PgPool',
    'PgPoolClient',
    'PgQuery',
    'PgResult',
    'PgTypeParsers',
    'Prepare',
    'fromPg',
    'pgDriver',
  ],
  '@bearmq/driver-testkit': [
    'Capabilities',
    'CapabilityName',
    'ConformanceReport',
    'DriverHarness',
    'OpenDriver',
    'SessionFactory',
    'TestRunner',
    'UnsupportedCase',
    'driverConformance',
  ],
  '@bearmq/migrations': ['MigrateOptions', 'MigrationStatus', 'generateMigrationSql', 'migrate', 'migrationStatus'],
};

describe('the exported names', () => {
  it('are listed here for every entry point', () => {
    expect(Object.keys(expected).sort()).toEqual([...specifiers].sort());
  });

  it.each(specifiers)('of %s', async (specifier) => {
    const declared = declaredNames(specifier);
    expect(declared).toEqual([...(expected[specifier] ?? [])].sort());
    // What exists at run time is declared too.
    expect(declared).toEqual(expect.arrayContaining(Object.keys(await import(specifier))));
  });
});
