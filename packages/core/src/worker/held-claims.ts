import type { ClaimedJob } from '../model/job.ts';

/**
 * The claims that this process knows to hold: from the answer that brought them until their outcome is recorded, or they
 * are known to be lost. By claim and not by job, since a job can be claimed again while an earlier claim of it is still
 * running or waits to be recorded.
 */
export class HeldClaims {
  readonly #latest = new Map<string, ClaimedJob>();
  readonly #onSuperseded: (earlier: ClaimedJob) => void;

  /** @param onSuperseded a later claim of its job has come, so an earlier one is over or lost: one at a time is held. */
  constructor(onSuperseded: (earlier: ClaimedJob) => void) {
    this.#onSuperseded = onSuperseded;
  }

  /**
   * False for a claim that is held already. The database has then lost the commit that first brought it (a failover, a
   * crash without `synchronous_commit`), and gave the same number again: what was begun with it goes on and counts.
   * Where somebody else has claimed the job in between, the number is another, and what was begun is lost.
   */
  add(claim: ClaimedJob): boolean {
    const earlier = this.#latest.get(claim.id);
    if (earlier !== undefined && isSame(earlier, claim)) return false;
    this.#latest.set(claim.id, claim);
    if (earlier !== undefined) this.#onSuperseded(earlier);
    return true;
  }

  has(claim: ClaimedJob): boolean {
    const latest = this.#latest.get(claim.id);
    return latest !== undefined && isSame(latest, claim);
  }

  delete(claim: ClaimedJob): void {
    if (this.has(claim)) this.#latest.delete(claim.id);
  }

  /** The lease is gone, and with it all claims. */
  clear(): void {
    this.#latest.clear();
  }

  /** Those that were made under a lease. */
  under(processId: string): readonly ClaimedJob[] {
    return [...this.#latest.values()].filter((claim) => claim.processId === processId);
  }
}

function isSame(a: ClaimedJob, b: ClaimedJob): boolean {
  return a.id === b.id && a.fence === b.fence && a.processId === b.processId;
}
