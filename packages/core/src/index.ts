export type {
  EnqueueItem,
  EnqueueManyOptions,
  EnqueueOptions,
  EnqueueOverrides,
  TransactionOption,
} from './api/job-definition/enqueue-options.ts';
export { type EnqueueArguments, JobDefinition } from './api/job-definition/job-definition.ts';
export type { JobDefinitionOptions, JobSettings } from './api/job-definition/job-definition-options.ts';
export { Orchestrator } from './api/orchestrator/orchestrator.ts';
export type { OrchestratorOptions } from './api/orchestrator/orchestrator-options.ts';
export type { StopOptions } from './api/worker/stop-options.ts';
export { type StopResult, Worker } from './api/worker/worker.ts';
export type { WorkerOptions } from './api/worker/worker-options.ts';
export type { RunLeft } from './consume/membership.ts';
export { Context } from './context.ts';
export type { ContextOptions, ContextSettings } from './context-options.ts';
export { DatabaseError, InvalidIdentifierError } from './driver/index.ts';
export {
  BearError,
  DuplicateJobDefinitionError,
  InvalidOptionError,
  JobTimeoutError,
  LeaseLostError,
  PayloadError,
  SchemaVersionError,
  StopWithinJobError,
  WorkerStoppingError,
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
  JobLateEndEvent,
  JobLoseEvent,
  JobOverrunEvent,
  JobReleaseEvent,
  JobRescueEvent,
  JobRunErrorEvent,
  JobRunEvent,
  JobRunSuccessEvent,
  JobScheduleEvent,
  JobSettleErrorEvent,
  JobSnoozeEvent,
  WarningEvent,
} from './events.ts';
export { JobFailure, JobSnooze } from './job-errors.ts';
export type { Backoff, BackoffRule, FailedAttempt } from './model/backoff.ts';
export type { JobHeaders } from './model/extras.ts';
export type { JobMetadata } from './model/job-metadata.ts';
export type { JsonSafe, NotJson } from './model/payload/json.ts';
