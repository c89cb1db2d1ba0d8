/**
 * How many jobs may start in how long a time, counted over any stretch of that length, by the database's clock. A job
 * counts when a process claims it.
 */
export interface Rate {
  /** The most starts: a whole number from 1 to 1,000,000. */
  readonly max: number;
  /** The time that they are counted over, in seconds: from 0.001 to 100 years. */
  readonly perSecs: number;
}
