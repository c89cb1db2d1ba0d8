export { fromPostgresJs } from './from-postgres-js.ts';
export type { PostgresJsDriverOptions } from './options.ts';
export { postgresJsDriver } from './postgres-js-driver.ts';
export type {
  PostgresJsClient,
  PostgresJsColumn,
  PostgresJsQuery,
  PostgresJsQueryable,
  PostgresJsQueryOptions,
  PostgresJsRawQuery,
  PostgresJsResult,
  PostgresJsTransaction,
} from './postgres-js-types.ts';
export type { Prepare } from './query.ts';
