export { drain } from './api/drain/drain.ts';
export type { DrainOptions } from './api/drain/drain-options.ts';
export type { DrainSummary } from './api/drain/drain-summary.ts';
export type { FailureGroup, FailureSummary, FailuresOptions } from './api/figures/failures.ts';
export type { LaneCount, LaneRecord, LanesOptions } from './api/figures/lanes.ts';
export type { QueueRecord } from './api/figures/queue.ts';
export type {
  DurationCount,
  DurationSeries,
  LaneTotals,
  Series,
  SeriesQuery,
  Stats,
} from './api/figures/stats.ts';
export type { CheckWaitingOptions } from './api/job-definition/check-waiting-options.ts';
export type { EnqueueAndWaitArguments, EnqueueArguments } from './api/job-definition/enqueue-arguments.ts';
export type {
  EnqueueAndWaitOptions,
  EnqueueItem,
  EnqueueManyOptions,
  EnqueueOptions,
  TransactionOption,
} from './api/job-definition/enqueue-options.ts';
export {
  JobDefinition,
  type JobDefinitionOptions,
  type KeepingDefinitionOptions,
  type KeepingSchemaDefinitionOptions,
  type SchemaDefinitionOptions,
} from './api/job-definition/job-definition.ts';
export type { ScheduleSpec } from './api/job-definition/job-definition-options.ts';
export type { Upcasters } from './api/job-definition/payload-contract.ts';
export type { WaitingProblem } from './api/job-definition/preparing.ts';
export type { ScheduleOptions } from './api/job-definition/schedule-options.ts';
export type { UniqueOptions } from './api/job-definition/unique-option.ts';
export type { JobPage } from './api/jobs/find.ts';
export type { GroupOrder, GroupPage, GroupPageOptions, Groups } from './api/jobs/groups.ts';
export type { JobFilter, TimeRange } from './api/jobs/job-filter.ts';
export type { Jobs } from './api/jobs/jobs.ts';
export type {
  BulkOptions,
  CancelOptions,
  CountOptions,
  PageOptions,
  RetryOptions,
} from './api/jobs/jobs-options.ts';
export type {
  CancelResult,
  ChangeResult,
  DeleteResult,
  JobCounts,
  RetryResult,
  RunNowResult,
} from './api/jobs/jobs-results.ts';
export type { OutcomeOfJob, OutcomeOptions } from './api/jobs/outcome.ts';
export type { JobLogLine, JobLogOptions, JobLogPage, JobProgress } from './api/jobs/reports.ts';
export type { JobLimits, LimitPage } from './api/limits/job-limits.ts';
export type { LimitPageOptions } from './api/limits/limits-options.ts';
export { type EventLogger, type LogEventsOptions, logEvents } from './api/log-events.ts';
export { Orchestrator } from './api/orchestrator/orchestrator.ts';
export type { OrchestratorOptions } from './api/orchestrator/orchestrator-options.ts';
export type { Pause, Paused, PauseOptions, PauseResult } from './api/pauses/pauses.ts';
export type { BackfillRange, ScheduleFilter } from './api/schedules/call-options.ts';
export { type PreviewOptions, type PreviewSpec, previewSchedule } from './api/schedules/preview.ts';
export type { SchedulePage, ScheduleRecord } from './api/schedules/schedule-record.ts';
export type { JobOfSchedule, Schedules } from './api/schedules/schedules.ts';
export type { StopOptions } from './api/worker/stop-options.ts';
export { type StopResult, Worker } from './api/worker/worker.ts';
export type { WorkerOptions } from './api/worker/worker-options.ts';
export type { RunLeft } from './consume/membership.ts';
export type { NotReadyReason, Readiness } from './consume/readiness.ts';
export { Context } from './context.ts';
export type { ContextOptions, ContextSettings } from './context-options.ts';
export { DatabaseError, InvalidIdentifierError } from './driver/index.ts';
export type { EnqueueOverrides } from './enqueue-overrides.ts';
export {
  BearError,
  DuplicateJobDefinitionError,
  DuplicateJobError,
  InvalidOptionError,
  JobCancelledError,
  JobTimeoutError,
  LeaseLostError,
  PayloadError,
  type PayloadIssue,
  ProcessDiedError,
  ScheduleNotFoundError,
  SchemaVersionError,
  StopWithinJobError,
  WorkerStoppingError,
} from './errors.ts';
export type {
  BearEvent,
  BearEventHandler,
  BearEventOf,
  BearEventType,
  ContextJobCancelEvent,
  ContextJobDeleteEvent,
  ContextJobRetryEvent,
  DaemonErrorEvent,
  HandlerErrorEvent,
  JobCancelEvent,
  JobDeleteEvent,
  JobDequeueEvent,
  JobEnqueueEvent,
  JobExpireEvent,
  JobGroupDeleteEvent,
  JobGroupUnlockEvent,
  JobLateEndEvent,
  JobLateErrorEvent,
  JobLoseEvent,
  JobOverrunEvent,
  JobReleaseEvent,
  JobReplaceEvent,
  JobRescueEvent,
  JobRunErrorEvent,
  JobRunEvent,
  JobRunSuccessEvent,
  JobScheduleEvent,
  JobSettleErrorEvent,
  JobSkipEvent,
  JobSnoozeEvent,
  JobTimeoutEvent,
  ScheduleSkipEvent,
  WarningEvent,
} from './events.ts';
export { JobFailure, JobSnooze } from './job-errors.ts';
export type { JobSettings } from './job-settings.ts';
export type { Backoff, BackoffRule, FailedAttempt } from './model/backoff.ts';
export type { DefinitionOf } from './model/definition-of.ts';
export type { Explanation } from './model/explanation.ts';
export type { JobHeaders } from './model/extras.ts';
export type { FailedJob } from './model/failed-job.ts';
export type { LimitOrigin, LimitRecord, Limits, LimitTarget } from './model/job-limits.ts';
export type { AttemptFailure, JobOutcome, JobRecord, JobState } from './model/job-record.ts';
export type { LaneOutcome } from './model/lane-counts.ts';
export type { JobAbout, PayloadCodec } from './model/payload/codec.ts';
export type { JsonSafe, NotJson } from './model/payload/json.ts';
export type { Rate } from './model/rate.ts';
export type { JobTick, TickOrigin, TickOverrides } from './model/schedule/rule.ts';
export type { StandardSchema } from './model/standard-schema.ts';
export type { KeyHeldUntil, OnConflict, SubmitOutcome } from './model/unique.ts';
export { JobFailedError, JobNotFoundError, ResultError, WaitTimeoutError } from './result-errors.ts';
export type { Hook, HookedRun, JobDraft, JobOrigin } from './services/hook.ts';
export type { FollowUpArguments, JobMetadata } from './services/job-metadata.ts';
export type { JobCount, OutcomeCount } from './statements/count-jobs.ts';
export type { ProcessRecord } from './statements/list-processes.ts';
export type { Count, GroupHolder, GroupRecord } from './statements/read-groups.ts';
export type { PayloadHead } from './statements/read-payload.ts';
