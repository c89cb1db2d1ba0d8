import type { Migration } from '../../migration.ts';
import { claim } from './claim.ts';
import { promoteDue } from './claim-due.ts';
import { findAfter, findBetween, findGrouped, findLanes } from './claim-find.ts';
import { claimGroups } from './claim-groups.ts';
import { planDemand } from './claim-plan.ts';
import { pickAny, pickFree } from './claim-take.ts';
import { claimTold } from './claim-told.ts';
import { claimTypes } from './claim-types.ts';
import { controlTables } from './control-tables.ts';
import { enqueueFirst } from './enqueue.ts';
import { appendFailure } from './failures.ts';
import { flowTables } from './flow-tables.ts';
import { freeGroups, promoteGroupHeads, recountGroups } from './groups.ts';
import { limitTables } from './limit-tables.ts';
import { reconcile, rescue, takeBack } from './rescue.ts';
import { settle } from './settle.ts';
import { statsTables } from './stats-tables.ts';
import { tables } from './tables.ts';
import { pruneGroups, sweepGroups } from './upkeep.ts';

/** Jobs, their groups, the workers that hold them, and the claim/settle protocol between them. */
export const initial: Migration = {
  version: 1,
  name: 'initial',
  statements: (n) => [
    ...tables(n),
    ...claimTypes(n),
    ...controlTables(n),
    ...limitTables(n),
    ...flowTables(n),
    ...statsTables(n),
    enqueueFirst(n),
    promoteGroupHeads(n),
    freeGroups(n),
    recountGroups(n),
    promoteDue(n),
    findLanes(n),
    findAfter(n),
    findBetween(n),
    findGrouped(n),
    planDemand(n),
    claimGroups(n),
    pickFree(n),
    pickAny(n),
    claim(n),
    claimTold(n),
    appendFailure(n),
    settle(n),
    takeBack(n),
    rescue(n),
    reconcile(n),
    pruneGroups(n),
    sweepGroups(n),
  ],
};
