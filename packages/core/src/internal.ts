// The statements, one by one, for the tests in this repository that look at one at a time. `@bearmq/core/internal` is an
// entry point of the workspace only: what is published has neither this file nor a way to it.
export { claimKey } from './model/claim-key.ts';
export type { ClaimedJob, NewJob, Outcome } from './model/job.ts';
export { outcomeOfDeadWorker, outcomeOfError, released, snoozed } from './model/outcome.ts';
export { tablesOf } from './schema/index.ts';
export {
  type ClaimFrom,
  type ClaimInput,
  type ClaimResult,
  claim,
  type Demand,
} from './statements/claim.ts';
export { claimAnnounced } from './statements/claim-announced.ts';
export { enqueue } from './statements/enqueue.ts';
export { enqueueFirst } from './statements/enqueue-first.ts';
export {
  type Rescued,
  reconcile,
  registerProcess,
  removeProcess,
  renewLease,
  rescue,
  takeSessionLock,
} from './statements/leases.ts';
export { checkGroups, pruneFinalized, pruneGroups } from './statements/maintain.ts';
export { notify } from './statements/notify.ts';
export { checkSchemaVersion } from './statements/read-schema-version.ts';
export { fireSchedules, upsertSchedule } from './statements/schedules.ts';
export { type SettleInput, settle } from './statements/settle.ts';
