const MINUTE_MS = 60_000;

/** What the clock of a place shows: the minutes since 1970 as if it had always shown UTC. */
export function wallMinutes(timeZone: string, ms: number): number {
  // As in Sweden: 2026-03-29 02:30. To have it in parts takes ten times as long.
  return Date.parse(`${formatOf(timeZone).format(ms).replace(' ', 'T')}Z`) / MINUTE_MS;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    formats.set(timeZone, format);
  }
  return format;
}

/** The minutes from which on the clock of a place is another number of minutes ahead of UTC, between two years. */
export function clockChanges(timeZone: string, fromYear: number, toYear: number): readonly number[] {
  const offset = (ms: number): number => wallMinutes(timeZone, ms) - ms / MINUTE_MS;
  const found: number[] = [];
  const step = 7 * 86_400_000;
  for (let ms = Date.UTC(fromYear, 0, 1); ms < Date.UTC(toYear, 0, 1); ms += step) {
    if (offset(ms) === offset(ms + step)) continue;
    let [low, high] = [ms, ms + step];
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
      if (offset(middle) === offset(low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

/** The times that an expression names; `null` for any. */
export interface WallTimes {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number> | null;
  readonly months: ReadonlySet<number> | null;
  readonly weekdays: ReadonlySet<number> | null;
  /** `times`: plain times of day, each once a day. `clock`: whenever the clock shows it. */
  readonly are: 'times' | 'clock';
}

/**
 * A calendar of its own, that knows nothing of time zones but what clocks show: it walks from minute to minute and looks at
 * the clock. Where that jumps, times of day that were left out come now; where it goes back, those that it shows again
 * have been.
 */
export function ticksByTheClock(timeZone: string, times: WallTimes, fromMs: number, toMs: number): readonly number[] {
  const ticks: number[] = [];
  let shown = Number.NEGATIVE_INFINITY;
  for (let ms = fromMs - 6 * 3_600_000; ms < toMs; ms += MINUTE_MS) {
    const wall = wallMinutes(timeZone, ms);
    const isNew = wall > shown;
    const leftOut = shown === Number.NEGATIVE_INFINITY || !isNew ? [] : between(shown, wall);
    const isTick =
      times.are === 'clock'
        ? isNamed(times, wall)
        : (isNew && isNamed(times, wall)) || leftOut.some((minute) => isNamed(times, minute));
    if (isTick && ms >= fromMs) ticks.push(ms);
    shown = Math.max(shown, wall);
  }
  return ticks;
}

function between(after: number, before: number): readonly number[] {
  return Array.from({ length: before - after - 1 }, (_, i) => after + 1 + i);
}

function isNamed({ minutes, hours, days, months, weekdays }: WallTimes, wall: number): boolean {
  const at = new Date(wall * MINUTE_MS);
  if (!minutes.has(at.getUTCMinutes()) || !hours.has(at.getUTCHours())) return false;
  if (months !== null && !months.has(at.getUTCMonth() + 1)) return false;
  const isDay = days?.has(at.getUTCDate());
  const isWeekday = weekdays?.has(at.getUTCDay());
  // As cron has had it ever since: where both are named, either will do.
  return isDay === undefined || isWeekday === undefined ? (isDay ?? isWeekday ?? true) : isDay || isWeekday;
}
