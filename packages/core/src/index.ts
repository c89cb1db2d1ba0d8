export { Context } from './context.ts';
export type { ContextOptions, ContextSettings } from './context-options.ts';
export { DatabaseError, InvalidIdentifierError } from './driver/index.ts';
export {
  BearError,
  DuplicateJobDefinitionError,
  InvalidOptionError,
  LeaseLostError,
  PayloadError,
  SchemaVersionError,
  StopWithinJobError,
} from './errors.ts';
export type {
  BearEvent,
  BearEventHandler,
  DaemonErrorEvent,
  HandlerErrorEvent,
  JobDeleteEvent,
  JobDequeueEvent,
  JobEnqueueEvent,
  JobExpireEvent,
  JobGroupDeleteEvent,
  JobGroupUnlockEvent,
  JobLoseEvent,
  JobReleaseEvent,
  JobRescueEvent,
  JobRunErrorEvent,
  JobRunEvent,
  JobRunSuccessEvent,
  JobScheduleEvent,
  JobSettleErrorEvent,
  WarningEvent,
} from './events.ts';
export { type EnqueueArguments, JobDefinition } from './job-definition.ts';
export type {
  EnqueueItem,
  EnqueueManyOptions,
  EnqueueOptions,
  EnqueueOverrides,
  JobDefinitionOptions,
  JobSettings,
  TransactionOption,
} from './job-definition-options.ts';
export type { JobHeaders } from './model/extras.ts';
export type { JobMetadata } from './model/job-metadata.ts';
export type { JsonSafe, NotJson } from './model/json.ts';
export { Orchestrator } from './orchestrator/orchestrator.ts';
export type { OrchestratorOptions } from './orchestrator/orchestrator-options.ts';
export { Worker } from './worker/worker.ts';
export type { WorkerOptions } from './worker/worker-options.ts';
