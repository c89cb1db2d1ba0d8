import { claimKey } from '../model/claim-key.ts';
import type { ClaimedJob } from '../model/job.ts';

/**
 * The claims that this process knows to hold: from the answer that brought them until their outcome is recorded, or they
 * are known to be lost. By claim and not by job, since a job can be claimed again while an earlier claim of it is still
 * running or waits to be recorded.
 */
export class HeldClaims {
  readonly #claims = new Map<string, ClaimedJob>();

  /**
   * False for a claim that is held already. The database has then lost the commit that first brought it (a failover, a
   * crash without `synchronous_commit`), and gave the same number again: what was begun with it goes on and counts.
   */
  add(claim: ClaimedJob): boolean {
    const key = claimKey(claim);
    if (this.#claims.has(key)) return false;
    this.#claims.set(key, claim);
    return true;
  }

  delete(claim: ClaimedJob): void {
    this.#claims.delete(claimKey(claim));
  }

  /** The lease is gone, and with it all claims. */
  clear(): void {
    this.#claims.clear();
  }

  /** Those that were made under a lease. */
  under(leaseId: string): readonly ClaimedJob[] {
    return [...this.#claims.values()].filter((claim) => claim.leaseId === leaseId);
  }
}
