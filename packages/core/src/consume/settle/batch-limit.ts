/** The most that goes into one statement. */
const MAX_BATCH = 1_000;
/** After how many statements with all that may go in more is tried, at the most. */
const MAX_PATIENCE = 64;

/** So many outcomes may wait to be recorded, and no more than go into so many statements. */
const [MOST_WAITING, MOST_STATEMENTS] = [5_000, 8];

/**
 * How much goes into one statement: as much as there is time for, which is found out by what fails. Where it was too much,
 * half of it is sent, and more is tried again after some statements that got through: the first time after one, then after
 * ever more. A database that takes long for each row, under a timeout, else has every other statement fail, and records
 * half of what it could; one that is fast again is given a thousand at once within some ten statements.
 */
export class BatchLimit {
  #size = MAX_BATCH;
  /** How much got through since something last did not. */
  #proven = MAX_BATCH;
  #patience = 1;
  #passed = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * How many more jobs may be claimed while so many outcomes wait to be recorded, and so many were set aside; from 0 on
   * none. A process that records slowly leaves to others what it could not record soon.
   */
  roomBeside(waiting: number, setAside: number): number {
    return Math.min(MOST_WAITING - setAside, MOST_STATEMENTS * this.#size) - waiting;
  }

  /** So much was recorded. */
  passed(size: number): void {
    if (size < this.#size || this.#size === MAX_BATCH) return; // of more that says nothing
    if (this.#size > this.#proven) {
      this.#proven = this.#size;
      this.#patience = 1;
    }
    this.#passed += 1;
    if (this.#passed < this.#patience) return;
    this.#passed = 0;
    this.#size = Math.min(MAX_BATCH, this.#size * 2);
  }

  /** So much could not be recorded in the time, or with the memory, that there is. */
  wasTooMuch(size: number): void {
    if (size === 1)
      this.#patience = 1; // that was one which somebody holds: of the others as many as before may go in
    else {
      this.halve(size);
      this.#patience = Math.min(MAX_PATIENCE, this.#patience * 2);
    }
  }

  /** It could not be recorded as the database is away, perhaps. */
  halve(size: number): void {
    this.#size = Math.max(1, Math.floor(Math.min(size, this.#size) / 2));
    this.#proven = this.#size;
    this.#passed = 0;
  }
}
