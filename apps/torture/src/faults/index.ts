import { deadlock } from './deadlock.ts';
import type { Fault } from './fault.ts';
import { freeze, freezeOrchestrator } from './freeze.ts';
import { kills } from './kills.ts';
import { network } from './network.ts';
import { pools } from './pools.ts';
import { serverEnds } from './server-ends.ts';
import { terminations } from './terminate.ts';
import { workFunctions } from './work-functions.ts';

/** Everything that can go wrong here. */
export const FAULTS: readonly Fault[] = [
  ...kills,
  freeze,
  freezeOrchestrator,
  ...terminations,
  ...serverEnds,
  ...network,
  ...pools,
  deadlock,
  ...workFunctions,
];
