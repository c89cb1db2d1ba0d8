export { fromKysely, type KyselyQueryRunner, type KyselyTransaction } from '@bearmq/core/kysely';
