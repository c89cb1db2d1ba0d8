export { fromSequelize, type SequelizeTransaction } from '@bearmq/driver-pg';
