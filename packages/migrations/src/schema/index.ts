import type { Tables } from '@bearmq/core/schema';
import { claim } from './claim.ts';
import { claimGroups } from './claim-groups.ts';
import { claimTold } from './claim-told.ts';
import { enqueueFirst } from './enqueue.ts';
import { freeGroups, promoteGroupHeads, recountGroups } from './groups.ts';
import { reconcile, rescue, takeBack } from './rescue.ts';
import { settle } from './settle.ts';
import { tables } from './tables.ts';
import { pruneGroups, sweepGroups } from './upkeep.ts';

/**
 * The schema as it is now, but for the ledger: jobs, their groups, the workers that hold them, and the claim/settle
 * protocol between them. One statement an object, in an order in which they can be run.
 *
 * It is what is edited and read. Databases are brought to it by `versions/`, whose texts are frozen.
 */
export function livingSchema(n: Tables): string[] {
  return [
    ...tables(n),
    enqueueFirst(n),
    promoteGroupHeads(n),
    freeGroups(n),
    recountGroups(n),
    claimGroups(n),
    claim(n),
    claimTold(n),
    settle(n),
    takeBack(n),
    rescue(n),
    reconcile(n),
    pruneGroups(n),
    sweepGroups(n),
  ];
}
