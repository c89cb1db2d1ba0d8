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
   * Plain seconds, minutes and hours are times of day, each of which comes once a day: one that clocks leave out in spring
   * comes when they have moved on, one that they repeat in autumn comes the first time. With a `*` or a step in them it
   * comes whenever the clock shows it.
   *
   * @throws {@link InvalidOptionError} for what is no such expression, and for one that never comes.
   */
  readonly cron?: string;
  /**
   * Where the clock is that `cron` goes by: an IANA name, such as `Europe/Berlin`.
   *
   * @defaultValue `UTC`
   * @throws {@link InvalidOptionError} for a zone that this process does not know, and beside `everySecs`.
   */
  readonly timeZone?: string;
  /**
   * How many seconds lie between two ticks, to the millisecond. The first is due when the schedule is first entered, and
   * the others lie on its grid. This or `cron`.
   *
   * @throws {@link InvalidOptionError} below 0.1 or above 100 years.
   */
  readonly everySecs?: number;
  /**
   * What becomes of ticks while no orchestrator is there. `latest`: the last one is made up for. `all`: each of them, the
   * oldest first. `none`: none; one that is no later than `maxLateSecs` is not missed.
   *
   * @defaultValue `latest`
   */
  readonly catchUp?: 'none' | 'latest' | 'all';
  /**
   * How late a tick may be enqueued, in seconds. One that would be later is left out, and told of by
   * `ORCHESTRATOR_SCHEDULE_SKIP`.
   *
   * @defaultValue none: any; with `catchUp: 'none'` 60
   * @throws {@link InvalidOptionError} below 0 or above 100 years.
   */
  readonly maxLateSecs?: number;
  /**
   * Whether a tick is enqueued while the job of the last one is not over. `skip`: it is left out, and told of by
   * `ORCHESTRATOR_SCHEDULE_SKIP`. (To have it wait instead, give the schedule a `jobGroup`.)
   *
   * @defaultValue `allow`
   */
  readonly overlap?: 'allow' | 'skip';
  /**
   * Up to how many seconds the job of a tick is delayed: a part of this that is made of the schedule and the tick, so that
   * a thousand schedules of one rule do not start at one moment.
   *
   * @defaultValue 0
   * @throws {@link InvalidOptionError} below 0 or above 86,400.
   */
  readonly jitterSecs?: number;
}
