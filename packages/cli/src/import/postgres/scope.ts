import type { SqlSession } from '@bearmq/core/driver';
import type { MapEntry } from '../job-map.ts';
import type { OldJob } from '../old-job.ts';

/** Where a job is in the order of its scope. */
export type Place = readonly [string, string];

/** A waiting job of the other system, without its payload; its row is locked. */
export interface Candidate {
  readonly id: string;
  readonly queue: string;
  readonly place: Place;
  /** About how much memory its payload takes at most: that is known only once it is read. */
  readonly mostBytes: number;
  readonly entry: MapEntry;
  /** What it is for BearMQ, or why it has to stay. */
  readonly job: OldJob | string;
  /** The key that it is to be unique by. */
  readonly unique: string | null;
}

/** Jobs of the other system that are gone through in one order. */
export interface Scope {
  /** Locks up to `limit` waiting jobs after a place, but none that somebody else has locked. */
  lock(tx: SqlSession, after: Place | undefined, limit: number): Promise<readonly Candidate[]>;
  /** The payloads of locked jobs as JSON text, by id. */
  payloads(tx: SqlSession, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  remove(tx: SqlSession, ids: readonly string[]): Promise<void>;
}

/** Another job system in the same database. */
export interface PgSystem {
  /** As it is called: `pg-boss`. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Of jobs that no scope has: `queue` is not in the map. */
  readonly unmapped: readonly { readonly queue: string; readonly jobs: number }[];
  /** How many jobs of the mapped queues run there now. */
  running(session: SqlSession): Promise<number>;
}
