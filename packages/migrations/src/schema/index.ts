import type { Tables } from '@bearmq/core/schema';
import { claim } from './claim.ts';
import { claimAnnounced } from './claim-announced.ts';
import { promoteDue } from './claim-due.ts';
import { findAfter, findBetween, findGrouped, findLanes } from './claim-find.ts';
import { claimGroups } from './claim-groups.ts';
import { planDemand } from './claim-plan.ts';
import { pickAny, pickUngrouped } from './claim-take.ts';
import { claimTypes } from './claim-types.ts';
import { controlTables } from './control-tables.ts';
import { enqueueFirst } from './enqueue.ts';
import { appendFailure } from './failures.ts';
import { flowTables } from './flow-tables.ts';
import { promoteGroupHeads, recountGroups, releaseGroups } from './groups.ts';
import { limitTables } from './limit-tables.ts';
import { checkGroups, pruneGroups } from './maintain.ts';
import { reconcile, releaseJobs, rescue } from './rescue.ts';
import { settle } from './settle.ts';
import { statsTables } from './stats-tables.ts';
import { tables } from './tables.ts';

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
    enqueueFirst(n),
    promoteGroupHeads(n),
    releaseGroups(n),
    recountGroups(n),
    promoteDue(n),
    findLanes(n),
    findAfter(n),
    findBetween(n),
    findGrouped(n),
    planDemand(n),
    claimGroups(n),
    pickUngrouped(n),
    pickAny(n),
    claim(n),
    claimAnnounced(n),
    appendFailure(n),
    settle(n),
    releaseJobs(n),
    rescue(n),
    reconcile(n),
    pruneGroups(n),
    checkGroups(n),
  ];
}
