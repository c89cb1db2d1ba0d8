export { type DrizzleSql, type DrizzleTransaction, fromDrizzle } from '@bearmq/core/drizzle';
