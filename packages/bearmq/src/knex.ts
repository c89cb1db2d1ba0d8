export { fromKnex, type KnexTransaction } from '@bearmq/driver-pg';
