import { blockFirst } from './block-first.ts';
import { deadlock } from './deadlock.ts';
import { failover } from './failover.ts';
import type { Fault } from './fault.ts';
import { freeze, freezeOrchestrator } from './freeze.ts';
import { gateway } from './gateway.ts';
import { handDelete } from './hand-delete.ts';
import { heldOpen } from './held-open.ts';
import { kills } from './kills.ts';
import { lostCommits } from './lost-commits.ts';
import { network } from './network.ts';
import { outages } from './outages.ts';
import { poolTransactions } from './pool-transactions.ts';
import { pools } from './pools.ts';
import { refusals } from './refusals.ts';
import { serverEnds } from './server-ends.ts';
import { stopSoon } from './stop-soon.ts';
import { terminations } from './terminate.ts';
import { workFunctions } from './work-functions.ts';

/** Everything that can go wrong with one server. */
export const FAULTS: readonly Fault[] = [
  ...kills,
  freeze,
  freezeOrchestrator,
  ...terminations,
  ...serverEnds,
  lostCommits,
  ...outages,
  ...network,
  gateway,
  ...pools,
  poolTransactions,
  deadlock,
  handDelete,
  ...refusals,
  ...workFunctions,
  blockFirst,
  stopSoon,
  heldOpen,
];

/** Faults with workers whose statements are cancelled after some time. */
const WITH_TIMEOUTS: readonly string[] = ['statement-timeout', 'slow-records'];

/**
 * Everything that can go wrong with a server and its standby. Without statement timeouts: one that strikes while a
 * commit waits for the standby ends the wait, and the server says that it has committed what the standby may not have.
 */
export const FAILOVER_FAULTS: readonly Fault[] = [
  ...FAULTS.filter(({ name }) => !WITH_TIMEOUTS.includes(name)),
  failover,
];
