import type { Tables } from '@bearmq/core/schema';
import { claim } from './claim.ts';
import { claimAnnounced } from './claim-announced.ts';
import { claimGroups } from './claim-groups.ts';
import { enqueueFirst } from './enqueue.ts';
import { promoteGroupHeads, recountGroups, releaseGroups } from './groups.ts';
import { checkGroups, pruneGroups } from './maintain.ts';
import { reconcile, releaseJobs, rescue } from './rescue.ts';
import { settle } from './settle.ts';
import { tables } from './tables.ts';

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
    releaseGroups(n),
    recountGroups(n),
    claimGroups(n),
    claim(n),
    claimAnnounced(n),
    settle(n),
    releaseJobs(n),
    rescue(n),
    reconcile(n),
    pruneGroups(n),
    checkGroups(n),
  ];
}
