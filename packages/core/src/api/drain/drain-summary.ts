/** What a {@link drain} did, and what it left. */
export interface DrainSummary {
  /** How many runs it started; all of them have ended. */
  readonly ran: number;
  /** How many of them threw, whether their jobs are attempted again or not. */
  readonly failed: number;
  /**
   * Whether there are jobs that could run now: of the names and channels that it takes, and not paused. `'unknown'`:
   * the database could no longer be asked, and a `DAEMON_ERROR` has said why.
   */
  readonly left: 'none' | 'some' | 'unknown';
  /**
   * In how many seconds the next scheduled job is due, or with `schedules: 'fire'` the next tick; 0 if one is due
   * already. `null`: there is none, or `left` is `'unknown'`.
   */
  readonly nextDueInSecs: number | null;
  /** Why it ended: nothing was left to do, `maxSecs` was over, or `maxJobs` were run. */
  readonly stoppedBy: 'empty' | 'time' | 'jobs';
}
