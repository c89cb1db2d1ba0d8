export { generateMigrationSql } from './generate.ts';
export { type GrantOptions, generateGrantSql } from './grants.ts';
export { type MigrateOptions, type MigrationStatus, migrate, migrationStatus } from './migrate.ts';
