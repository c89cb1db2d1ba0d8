export { fromPg } from './from-pg.ts';
export type { PgDriverOptions } from './options.ts';
export { pgDriver } from './pg-driver.ts';
export type {
  PgClient,
  PgListeningClient,
  PgPool,
  PgPoolClient,
  PgQuery,
  PgResult,
  PgTypeParsers,
} from './pg-types.ts';
export type { Prepare } from './query.ts';
