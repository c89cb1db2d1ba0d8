export { fromKnex, type KnexTransaction } from './from-knex.ts';
export { fromPg } from './from-pg.ts';
export { fromSequelize, type SequelizeTransaction } from './from-sequelize.ts';
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
