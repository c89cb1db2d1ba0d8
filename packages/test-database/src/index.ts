export { type Binaries, embeddedBinaries, systemBinaries } from './binaries.ts';
export { dockerAnswers } from './docker.ts';
export { type PostgresOptions, type RunningPostgres, startPostgres } from './local-postgres.ts';
export { installedPgBouncer, type PgBouncerOptions, type RunningPgBouncer, startPgBouncer } from './pgbouncer.ts';
export type { Durability, Settings } from './settings.ts';
export { startTestDatabase, type TestDatabase } from './test-database.ts';
