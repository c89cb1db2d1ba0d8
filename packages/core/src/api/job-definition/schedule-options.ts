/** What a schedule says beside how its jobs are run, and with which payload. */
export interface ScheduleOptions {
  /**
   * Tells it from the other schedules of its definition. It is how it is found again, also under another rule.
   *
   * @defaultValue `default`
   * @throws {@link InvalidOptionError} if empty or longer than 255 bytes, and for one that another schedule has.
   */
  readonly key?: string;
  /**
   * When its ticks are due, by the clock of a place: minute, hour, day of the month, month and day of the week, with a field
   * of seconds before them if there are six. Fields are `*`, numbers, lists, ranges and steps; months and days of the week
   * have their English names, too; `L` is the last. This or `everySecs`.
   *
   * `30 2 * * *` names a time of day, and comes once on each day: in spring, when clocks skip half past two, right after
   * the skipped hour; in autumn, when they show it twice, the first time. An expression with a `*` or a step in seconds,
   * minutes or hours comes each time that the clock shows it.
   *
   * @throws {@link InvalidOptionError} for what is no such expression, and for one that never comes.
   */
  readonly cron?: string;
  /**
   * The time zone of `cron`: an IANA name, such as `Europe/Berlin`.
   *
   * @defaultValue `UTC`
   * @throws {@link InvalidOptionError} for a zone that this process does not know, and beside `everySecs`.
   */
  readonly timeZone?: string;
  /**
   * How many seconds lie between two ticks, to the millisecond. The first tick is due when the schedule is first entered;
   * each further one is a whole number of intervals after it. This or `cron`.
   *
   * @throws {@link InvalidOptionError} below 0.1 or above 100 years.
   */
  readonly everySecs?: number;
  /**
   * Which of the ticks that were due while no orchestrator ran are enqueued afterwards. `latest`: the last one. `all`: each
   * of them, the oldest first. `none`: none that is later than `maxLateSecs`.
   *
   * @defaultValue `latest`
   */
  readonly catchUp?: 'none' | 'latest' | 'all';
  /**
   * How late a tick may be enqueued, in seconds. A later one is left out, and the event `ORCHESTRATOR_SCHEDULE_SKIP` says
   * so.
   *
   * @defaultValue none: any; with `catchUp: 'none'` 60
   * @throws {@link InvalidOptionError} below 0 or above 100 years.
   */
  readonly maxLateSecs?: number;
  /**
   * What happens to a tick while the job of the last one is not over. `allow`: it is enqueued. `skip`: it is left out, and
   * the event `ORCHESTRATOR_SCHEDULE_SKIP` says so. (To have it wait instead, give the schedule a `jobGroup`.)
   *
   * @defaultValue `allow`
   */
  readonly overlap?: 'allow' | 'skip';
  /**
   * The job of a tick is delayed by up to so many seconds, so that a thousand schedules with the same rule do not start at
   * one moment. The delay is computed from the schedule and the tick: the same for the same tick.
   *
   * @defaultValue 0
   * @throws {@link InvalidOptionError} below 0 or above 86,400.
   */
  readonly jitterSecs?: number;
}
