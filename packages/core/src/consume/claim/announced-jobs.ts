import type { AnnouncedJob } from '../../model/announced-job.ts';
import type { SlotPool } from '../slots.ts';

/** An announced job, and the pool that has an idle slot for it. */
export interface Placed {
  readonly job: AnnouncedJob;
  readonly pool: SlotPool;
}

/** With more than this, the next claim scans: nobody is idle then. */
const MAX_KEPT = 1_000;

/**
 * Jobs that were announced to this process, until its next claim.
 *
 * An idle process knows of no other job, so it claims just these. One that is not idle scans for the best of all that
 * there is, and so finds these too.
 */
export class AnnouncedJobs {
  #jobs: AnnouncedJob[] = [];

  /** Returns whether there is room for them; if not, all are forgotten, and the next claim should scan. */
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
   * Gives each job that is ours a slot, and forgets it; `null` where a scan should look for the jobs instead.
   *
   * @param isOurs - whether the name is registered here.
   */
  place(pools: readonly SlotPool[], isOurs: (name: string) => boolean): readonly Placed[] | null {
    if (this.#jobs.length === 0) return [];
    const jobs = this.#jobs;
    this.#jobs = [];
    const slots = new Map(pools.map((pool) => [pool, pool.idleSlots]));
    const placed: Placed[] = [];
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
