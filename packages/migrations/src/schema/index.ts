import type { Tables } from '@bearmq/core/schema';
import { cancel, deleteJobs } from './cancel.ts';
import { changeJobs, retryJobs } from './change-jobs.ts';
import { checkLimits } from './check-limits.ts';
import { claim } from './claim.ts';
import { claimAnnounced } from './claim-announced.ts';
import { promoteDue } from './claim-due.ts';
import { findAfter, findBetween, findGrouped, findLanes } from './claim-find.ts';
import { claimGroups } from './claim-groups.ts';
import { fitLimits, limitPlan, useLimits } from './claim-limits.ts';
import { planDemand } from './claim-plan.ts';
import { pickAny, pickUngrouped } from './claim-take.ts';
import { claimTypes } from './claim-types.ts';
import { complete } from './complete.ts';
import { controlTables } from './control-tables.ts';
import { enqueueFirst } from './enqueue.ts';
import { enqueueBySql } from './enqueue-by-sql.ts';
import { enqueueUnique } from './enqueue-unique.ts';
import { explain } from './explain.ts';
import { appendFailure } from './failures.ts';
import { flowTables } from './flow-tables.ts';
import { gatesOf } from './gate-function.ts';
import { recountGroups, releaseGroups } from './groups.ts';
import { limitTables } from './limit-tables.ts';
import { countLimits, holdLimits, releaseLimits, reopenTurns, setGroup, setLimit } from './limits.ts';
import { endOfLine, lineUp, openDueTurns, openTurns } from './line.ts';
import { checkGroups, pruneGroups } from './maintain.ts';
import { pause, resume } from './pauses.ts';
import { rate } from './rate.ts';
import { releaseJobs } from './release-jobs.ts';
import { reconcile, rescue } from './rescue.ts';
import { runNow } from './run-now.ts';
import { fireSchedules } from './schedules.ts';
import { settle } from './settle.ts';
import { statsTables } from './stats-tables.ts';
import { tables } from './tables.ts';
import { pruneKeys } from './unique-keys.ts';
import { views } from './views.ts';

/**
 * The schema as it is now, but for the ledger: jobs, their groups, the processes that hold them, and the claim/settle
 * protocol between them. One statement an object, in an order in which they can be run.
 *
 * It is what is edited and read. Databases are brought to it by `versions/`, whose texts are frozen.
 */
export function livingSchema(n: Tables): string[] {
  return [
    ...tables(n),
    ...claimTypes(n),
    ...controlTables(n),
    ...limitTables(n),
    ...flowTables(n),
    ...statsTables(n),
    ...views(n),
    ...rate(n),
    lineUp(n),
    endOfLine(n),
    openTurns(n),
    openDueTurns(n),
    gatesOf(n),
    enqueueFirst(n),
    ...enqueueUnique(n),
    ...enqueueBySql(n),
    releaseGroups(n),
    recountGroups(n),
    promoteDue(n),
    findLanes(n),
    findAfter(n),
    findBetween(n),
    findGrouped(n),
    planDemand(n),
    holdLimits(n),
    countLimits(n),
    releaseLimits(n),
    limitPlan(n),
    useLimits(n),
    fitLimits(n),
    claimGroups(n),
    pickUngrouped(n),
    pickAny(n),
    claim(n),
    claimAnnounced(n),
    appendFailure(n),
    settle(n),
    complete(n),
    releaseJobs(n),
    rescue(n),
    reconcile(n),
    fireSchedules(n),
    pruneGroups(n),
    checkGroups(n),
    checkLimits(n),
    cancel(n),
    deleteJobs(n),
    changeJobs(n),
    retryJobs(n),
    runNow(n),
    explain(n),
    setLimit(n),
    setGroup(n),
    reopenTurns(n),
    pause(n),
    resume(n),
    pruneKeys(n),
  ];
}
