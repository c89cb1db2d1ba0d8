/** The sizes of everything. Plain data: it is handed to other processes. */
export interface Profile {
  /** Sizes of the backlogs to be drained. */
  readonly backlogs: readonly number[];
  /** Jobs of the other drains: several processes, other people's backlog, held snapshot, 100 Workers. */
  readonly jobs: number;
  readonly oneByOne: number;
  readonly inFlight: number;
  readonly bulk: number;
  readonly pings: number;
  readonly steadySecs: number;
  /** Jobs a second of the steady state that leaves the machine some room; 0 leaves it out. */
  readonly pacePerSec: number;
  readonly groups: number;
  readonly groupSize: number;
  readonly hot: number;
  readonly free: number;
  /** Jobs of the tenant who has a backlog, and what the others enqueue meanwhile. */
  readonly whale: number;
  readonly tenants: number;
  readonly smallPerSec: number;
  readonly smallSecs: number;
  readonly failing: number;
  /** Jobs with a payload of 100 bytes, 10 kB, 1 MB. */
  readonly payloads: readonly [number, number, number];
  readonly idleSecs: number;
  /** How long to wait for the first pass of everything, and for connections that are no longer used to go. */
  readonly idleSettleSecs: number;
  /** Jobs that ran before tables are looked at. */
  readonly footprint: number;
  /** Jobs of 1 kB, while memory is watched. */
  readonly memory: number;
  /** A contestant that takes longer for one drain is stopped, and rated by what it did. */
  readonly limitSecs: number;
  /** A process that takes longer for one measurement is killed. */
  readonly killSecs: number;
}

export const FULL: Profile = {
  backlogs: [10_000, 100_000, 1_000_000],
  jobs: 50_000,
  oneByOne: 5_000,
  inFlight: 20_000,
  bulk: 50_000,
  pings: 300,
  steadySecs: 10,
  // More than eight times what any peer on PostgreSQL does.
  pacePerSec: 12_000,
  groups: 1_000,
  groupSize: 20,
  hot: 20_000,
  free: 5_000,
  whale: 50_000,
  tenants: 100,
  smallPerSec: 200,
  smallSecs: 5,
  failing: 10_000,
  payloads: [20_000, 5_000, 100],
  idleSecs: 20,
  idleSettleSecs: 15,
  footprint: 1_000_000,
  memory: 1_000_000,
  limitSecs: 60,
  killSecs: 1_200,
};

export const QUICK: Profile = {
  backlogs: [1_000, 5_000],
  jobs: 2_000,
  oneByOne: 200,
  inFlight: 1_000,
  bulk: 2_000,
  pings: 30,
  steadySecs: 0.5,
  pacePerSec: 0,
  groups: 200,
  groupSize: 5,
  hot: 500,
  free: 500,
  whale: 2_000,
  tenants: 20,
  smallPerSec: 100,
  smallSecs: 0.5,
  failing: 500,
  payloads: [500, 200, 10],
  idleSecs: 1,
  idleSettleSecs: 1,
  footprint: 2_000,
  memory: 2_000,
  limitSecs: 2.5,
  killSecs: 30,
};
