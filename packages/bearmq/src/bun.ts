export { type BunSqlQuery, type BunSqlTransaction, fromBunSql } from '@bearmq/core/bun';
