export { type BearTables, fromKysely, type KyselyQueryRunner, type KyselyTransaction } from '@bearmq/core/kysely';
