/** The first pause in milliseconds, twice as long each further time, to a limit. */
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 64;

/**
 * How often in a row a claim found what others held: those who claim too, or somebody's transaction that stays open for as
 * long as it likes. Nothing tells when they are done, so it is asked again, the later the longer that goes on.
 */
export class Contention {
  #times = 0;

  /** @returns how long to wait before the next claim, in milliseconds; 0 where this one met nobody. */
  note(isMet: boolean): number {
    this.#times = isMet ? this.#times + 1 : 0;
    return isMet ? Math.min(FIRST_PAUSE_MS * 2 ** (this.#times - 1), LONGEST_PAUSE_MS) : 0;
  }
}
