export { fromMikroOrm, type MikroOrmManager } from '@bearmq/core/mikro-orm';
