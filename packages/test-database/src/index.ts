export { type Binaries, embeddedBinaries, systemBinaries } from './binaries.ts';
export { dockerAnswers } from './docker.ts';
export { FetchError, isUnreachable } from './fetched-package.ts';
export { type PostgresOptions, type RunningPostgres, startPostgres } from './local-postgres.ts';
export { MAJORS, type Major } from './majors.ts';
export { installedPgBouncer, type PgBouncerOptions, type RunningPgBouncer, startPgBouncer } from './pgbouncer.ts';
export type { Durability, Settings } from './settings.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export { startTestDatabase, type TestDatabase } from './test-database.ts';
