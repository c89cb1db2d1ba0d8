import type { ClaimedJob } from '../model/job.ts';

/**
 * The claims that this process knows to hold: from the answer that brought them until their outcome is recorded, or they
 * are known to be lost. By claim and not by job, since a job can be claimed again while an earlier claim of it is still
 * running or waits to be recorded.
 */
export class HeldClaims {
  /** The first claim of each job; nearly always there is no other. */
  readonly #first = new Map<string, ClaimedJob>();
  #others: readonly ClaimedJob[] = [];

  /**
   * False for a claim that is held already. The database has then lost the commit that first brought it (a failover, a
   * crash without `synchronous_commit`), and gave the same number again: what was begun with it goes on and counts.
   */
  add(claim: ClaimedJob): boolean {
    const first = this.#first.get(claim.id);
    if (first === undefined && this.#others.length === 0) {
      this.#first.set(claim.id, claim);
      return true;
    }
    if ((first !== undefined && isSame(first, claim)) || this.#others.some((other) => isSame(other, claim)))
      return false;
    if (first === undefined) this.#first.set(claim.id, claim);
    else this.#others = [...this.#others, claim];
    return true;
  }

  delete(claim: ClaimedJob): void {
    const first = this.#first.get(claim.id);
    if (first !== undefined && isSame(first, claim)) this.#first.delete(claim.id);
    else if (this.#others.length > 0) this.#others = this.#others.filter((other) => !isSame(other, claim));
  }

  /** The lease is gone, and with it all claims. */
  clear(): void {
    this.#first.clear();
    this.#others = [];
  }

  /** Those that were made under a lease. */
  under(leaseId: string): readonly ClaimedJob[] {
    return [...this.#first.values(), ...this.#others].filter((claim) => claim.leaseId === leaseId);
  }
}

function isSame(a: ClaimedJob, b: ClaimedJob): boolean {
  return a.id === b.id && a.claims === b.claims && a.leaseId === b.leaseId;
}
