// The statements, one by one, and a pass of what is due, for the tests in this repository that look at one at a time. `@bearmq/core/internal` is an
// entry point of the workspace only: what is published has neither this file nor a way to it.

export { fireDue } from './maintain/fire-due.ts';
export { unservedLanes } from './maintain/unserved-check.ts';
export { claimKey } from './model/claim-key.ts';
export type { ClaimedJob, NewJob, Outcome } from './model/job.ts';
export { LaneCounts } from './model/lane-counts.ts';
export { cancelled, outcomeOfDeadWorker, outcomeOfError, released, snoozed } from './model/outcome.ts';
export type { JobKey, KeyedJob } from './model/unique.ts';
export { tablesOf } from './schema/index.ts';
export { servicesOf } from './services/services.ts';
export { cancelJobs, cancelsOf, deleteJobs } from './statements/cancel.ts';
export { changeJobs, retryJobs, runJobsNow } from './statements/change-jobs.ts';
export {
  type ClaimFrom,
  type ClaimInput,
  type ClaimResult,
  claim,
  type Demand,
} from './statements/claim.ts';
export { claimAnnounced } from './statements/claim-announced.ts';
export { complete } from './statements/complete.ts';
export { countOutcomes, countUnfinished } from './statements/count-jobs.ts';
export { recordDefinitions } from './statements/definitions.ts';
export { type Fire, findStranded, fireTicks, readDueSchedules } from './statements/due-schedules.ts';
export { enqueue } from './statements/enqueue.ts';
export { enqueueFirst } from './statements/enqueue-first.ts';
export { enqueueUnique, type KeyedOutcome } from './statements/enqueue-unique.ts';
export { explainJob } from './statements/explain.ts';
export { findGroupsByBacklog, findGroupsByHold, findGroupsByName } from './statements/find-groups.ts';
export { findFinalized, findUnfinished } from './statements/find-jobs.ts';
export { findWaitingLanes } from './statements/find-waiting-lanes.ts';
export type { JobsTouched } from './statements/jobs-touched.ts';
export {
  type Rescued,
  reconcile,
  registerProcess,
  removeProcess,
  renewLease,
  rescue,
  takeSessionLock,
} from './statements/leases.ts';
export {
  getLimits,
  listLimits,
  reopenTurns,
  setGroupLimits,
  setLaneLimits,
} from './statements/limits.ts';
export { listProcesses } from './statements/list-processes.ts';
export { checkGroups, pruneGroups } from './statements/maintain.ts';
export { notify } from './statements/notify.ts';
export { countRunning, listPauses, pause, resume } from './statements/pause.ts';
export { pruneBeyond, pruneFailed, pruneFinalized, pruneSucceeded } from './statements/prune-jobs.ts';
export { readFailures } from './statements/read-failures.ts';
export { readGroups } from './statements/read-groups.ts';
export { readLanes } from './statements/read-lanes.ts';
export { readPayloadHead } from './statements/read-payload.ts';
export { checkSchemaVersion } from './statements/read-schema-version.ts';
export { readDepths, readDurations, readSeries, readTotals } from './statements/read-series.ts';
export { readServed } from './statements/read-served.ts';
export { readServerTime, recordStats } from './statements/record-stats.ts';
export { pruneReports, report } from './statements/reports.ts';
export { pruneStats, rollStats } from './statements/roll-stats.ts';
export { sampleDepth } from './statements/sample-depth.ts';
export {
  listSchedules,
  pauseSchedule,
  putSchedules,
  readSchedules,
  removeSchedule,
  resumeSchedule,
} from './statements/schedule-rows.ts';
export { fireSchedules, upsertSchedule } from './statements/schedules.ts';
export { type SettleInput, settle } from './statements/settle.ts';
export { FIRST_KEY, pruneKeys } from './statements/unique-keys.ts';
