export { type DiagnoseOptions, diagnose } from './doctor/diagnose.ts';
export type { Finding, FindingKind } from './doctor/finding.ts';
export { generateMigrationSql } from './generate.ts';
export { type GrantOptions, generateGrantSql } from './grants.ts';
export { type MigrateOptions, type MigrationStatus, migrate, migrationStatus } from './migrate.ts';
