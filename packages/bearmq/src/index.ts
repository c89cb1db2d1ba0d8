export {
  BearError,
  type BearEvent,
  type BearEventHandler,
  type ContextSettings,
  DatabaseError,
  DuplicateJobDefinitionError,
  type EnqueueOverrides,
  InvalidIdentifierError,
  InvalidOptionError,
  JobDefinition,
  type JobDefinitionOptions,
  type JobMetadata,
  type JobSettings,
  type JsonSafe,
  LeaseLostError,
  Orchestrator,
  type OrchestratorOptions,
  PayloadError,
  SchemaVersionError,
  Worker,
  type WorkerOptions,
} from '@bearmq/core';
export { pgDriver } from '@bearmq/driver-pg';
export {
  generateMigrationSql,
  type MigrateOptions,
  type MigrationStatus,
  migrate,
  migrationStatus,
} from '@bearmq/migrations';
export { Context, type ContextOptions, type PoolContextOptions } from './context.ts';
