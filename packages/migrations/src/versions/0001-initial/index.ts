import type { Migration } from '../../migration.ts';
import { claim } from './claim.ts';
import { claimAnnounced } from './claim-announced.ts';
import { claimGroups } from './claim-groups.ts';
import { enqueueFirst } from './enqueue.ts';
import { promoteGroupHeads, recountGroups, releaseGroups } from './groups.ts';
import { checkGroups, pruneGroups } from './maintain.ts';
import { reconcile, releaseJobs, rescue } from './rescue.ts';
import { settle } from './settle.ts';
import { tables } from './tables.ts';

/** Jobs, their groups, the workers that hold them, and the claim/settle protocol between them. */
export const initial: Migration = {
  version: 1,
  name: 'initial',
  statements: (n) => [
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
  ],
};
