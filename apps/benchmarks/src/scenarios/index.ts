import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';
import { backlog } from './backlog.ts';
import { enqueueInBulk, enqueueSingly } from './enqueue.ts';
import { failOnce } from './fail-once.ts';
import { footprint } from './footprint.ts';
import { manyGroups } from './groups.ts';
import { heldSnapshot } from './held-snapshot.ts';
import { hotGroup } from './hot-group.ts';
import { idleCost } from './idle-cost.ts';
import { idleLatency } from './idle-latency.ts';
import { manyWorkers } from './many-workers.ts';
import { memory } from './memory.ts';
import { otherChannel, otherName } from './others.ts';
import { payloads } from './payloads.ts';
import { processes } from './processes.ts';
import { drainAgain } from './second-pass.ts';
import { steady, steadyAtPace } from './steady.ts';
import { whale } from './whale.ts';

/** All scenarios, in the order of the table's rows. */
export function scenarios(profile: Profile): readonly Scenario[] {
  return [
    ...profile.backlogs.map((count) => backlog(count)),
    drainAgain(profile),
    manyWorkers(profile),
    enqueueSingly(profile.oneByOne, 1),
    enqueueSingly(profile.inFlight, 50),
    enqueueInBulk(profile.bulk),
    idleLatency(profile),
    steady(profile),
    ...(profile.pacePerSec > 0 ? [steadyAtPace(profile)] : []),
    processes(profile),
    manyGroups(profile),
    hotGroup(profile),
    whale(profile),
    otherName(profile),
    otherChannel(profile),
    heldSnapshot(profile),
    payloads(profile),
    failOnce(profile),
    idleCost(profile),
    footprint(profile),
    memory(profile),
  ];
}

export function scenario(profile: Profile, id: string): Scenario {
  const found = scenarios(profile).find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no scenario "${id}"`);
  return found;
}
