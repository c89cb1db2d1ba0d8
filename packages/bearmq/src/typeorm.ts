export { fromTypeOrm, type TypeOrmManager, type TypeOrmRunner } from '@bearmq/core/typeorm';
