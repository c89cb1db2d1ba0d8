import { InvalidOptionError } from '../../errors.ts';
import { tickTimesOf } from '../../model/schedule/tick-times.ts';
import { checkOptions, numberIn, unchecked } from '../../options/check-options.ts';
import { unixMs } from '../../runtime/clock.ts';
import { msOf } from '../job-definition/run-at-option.ts';
import { timingIn } from '../job-definition/schedule-timing.ts';
import { isDate } from './call-options.ts';

/** What to preview: an expression and where its clock is, or an interval and one of its ticks. */
export type PreviewSpec =
  | { readonly cron: string; readonly timeZone?: string }
  | { readonly everySecs: number; readonly from: Date };

/** From when on to preview, and how much. */
export interface PreviewOptions {
  /**
   * Ticks later than this.
   *
   * @defaultValue now, by the clock of this process
   */
  readonly from?: Date;
  /**
   * How many.
   *
   * @defaultValue 10
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000.
   */
  readonly count?: number;
}

const optionChecks = { from: isDate, count: numberIn(1, 1_000, 'ticks', 'whole') };

/**
 * When the next ticks of a schedule would be due. It asks no database, and enters nothing.
 *
 * @throws InvalidOptionError for what no schedule could be, and for options that are unknown or out of range.
 *
 * @example
 * previewSchedule({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' }, { count: 3 })
 */
export function previewSchedule(spec: PreviewSpec, options: PreviewOptions = {}): readonly Date[] {
  const owner = 'previewSchedule';
  const given = checkOptions<Partial<Record<'cron' | 'timeZone' | 'everySecs' | 'from', unknown>>>(owner, spec, {
    cron: unchecked, // checked together
    timeZone: unchecked,
    everySecs: unchecked,
    from: isDate,
  });
  const timing = timingIn(owner, given);
  if ((timing.cron === undefined) !== (given.from !== undefined)) {
    const problem =
      timing.cron === undefined
        ? 'is missing beside everySecs: give it the time of one of the ticks, such as new Date()'
        : 'goes with everySecs';
    throw new InvalidOptionError(`${owner}.from`, problem);
  }
  const { from, count = 10 } = checkOptions(owner, options, optionChecks);
  const times = tickTimesOf(timing, msOf(given.from) ?? 0);
  const ticks: Date[] = [];
  let ms = times.after(msOf(from) ?? unixMs());
  for (; ms !== null && ticks.length < count; ms = times.after(ms)) ticks.push(new Date(ms));
  return ticks;
}
