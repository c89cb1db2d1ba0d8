import type { ClaimAfter, ClaimResult } from '../../statements/claim.ts';

/**
 * The way of full scans through more lanes than one of them looks at: each goes on where the one before ended, from the last
 * on to the first again.
 *
 *     lanes:   a b c d | e f g h | i j        a scan looks at four
 *     scans:   1 ----->  2 ----->  3 ->       the round is over
 *
 * Round by round, until one has brought nothing.
 */
export class ScanRound {
  #after: ClaimAfter | null = null;
  #broughtAny = false;

  /** Where the next full scan begins; `null`: with the first lane. */
  get from(): ClaimAfter | null {
    return this.#after;
  }

  /** Learns from a full scan. Returns whether the next one will see other lanes than it did. */
  note({ scannedTo, jobs }: Pick<ClaimResult, 'scannedTo' | 'jobs'>): boolean {
    if (scannedTo === null && this.#after === null) return false;
    this.#broughtAny ||= jobs.some(({ length }) => length > 0);
    this.#after = scannedTo === null ? null : { scan: 'full', after: scannedTo };
    if (scannedTo !== null) return true;
    const isWorthAnother = this.#broughtAny;
    this.#broughtAny = false;
    return isWorthAnother;
  }
}
