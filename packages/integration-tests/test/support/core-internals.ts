// What @bearmq/core keeps to itself, for tests that look at one statement at a time. Of the build, not of the source:
// there must be one copy of each class.
export { tablesOf } from '@bearmq/core/schema';
export { claimKey } from '../../../core/dist/model/claim-key.js';
export type { ClaimedJob, NewJob, Outcome } from '../../../core/dist/model/job.js';
export {
  type ClaimFrom,
  type ClaimInput,
  type ClaimResult,
  claim,
  type Demand,
} from '../../../core/dist/statements/claim.js';
export { claimAnnounced } from '../../../core/dist/statements/claim-announced.js';
export { enqueue } from '../../../core/dist/statements/enqueue.js';
export { enqueueFirst } from '../../../core/dist/statements/enqueue-first.js';
export {
  reconcile,
  registerProcess,
  removeProcess,
  renewLease,
  rescue,
  takeSessionLock,
} from '../../../core/dist/statements/leases.js';
export { checkGroups, pruneFinalized, pruneGroups } from '../../../core/dist/statements/maintain.js';
export { notify } from '../../../core/dist/statements/notify.js';
export { checkSchemaVersion } from '../../../core/dist/statements/read-schema-version.js';
export { fireSchedules, upsertSchedule } from '../../../core/dist/statements/schedules.js';
export { settle } from '../../../core/dist/statements/settle.js';
