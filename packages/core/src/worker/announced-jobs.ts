import type { AnnouncedJob } from '../model/announced-job.ts';
import type { SlotPool, WorkerSlots } from './slot-pool.ts';

/** An announced job, and the pool that has an idle slot for it. */
export interface Placed<TOwner extends WorkerSlots> {
  readonly job: AnnouncedJob;
  readonly pool: SlotPool<TOwner>;
}

/** More than this are looked for: nobody is idle then. */
const MAX_KEPT = 1_000;

/**
 * Jobs that were announced to this process, until its next claim.
 *
 * A process that is idle knows that there are no others: it takes just these. One that is not looks for the best of all
 * that there is, and so finds these too.
 */
export class AnnouncedJobs {
  #jobs: AnnouncedJob[] = [];

  /** False when there are too many to be kept: then the next claim should scan. */
  keep(jobs: readonly AnnouncedJob[]): boolean {
    if (this.#jobs.length + jobs.length > MAX_KEPT) {
      this.clear();
      return false;
    }
    this.#jobs.push(...jobs);
    return true;
  }

  clear(): void {
    this.#jobs = [];
  }

  /**
   * Gives each job that is ours a slot, and forgets it; `null` where the jobs should be looked for instead.
   *
   * @param isOurs - whether the name is registered here.
   */
  place<TOwner extends WorkerSlots>(
    pools: readonly SlotPool<TOwner>[],
    isOurs: (name: string) => boolean,
  ): readonly Placed<TOwner>[] | null {
    if (this.#jobs.length === 0) return [];
    const jobs = this.#jobs;
    this.#jobs = [];
    const slots = new Map(pools.map((pool) => [pool, pool.idleSlots]));
    const placed: Placed<TOwner>[] = [];
    for (const job of jobs) {
      const takers = isOurs(job.name) ? pools.filter((pool) => pool.takes(job.channel)) : [];
      if (takers.length === 0) continue;
      const pool = takers.find((one) => (slots.get(one) ?? 0) > 0);
      if (pool === undefined) return null;
      slots.set(pool, (slots.get(pool) ?? 0) - 1);
      placed.push({ job, pool });
    }
    // While some have a scan before them, taking what is announced first would keep them from it.
    return placed.length === 0 || pools.every(({ isDrained }) => isDrained) ? placed : null;
  }
}
