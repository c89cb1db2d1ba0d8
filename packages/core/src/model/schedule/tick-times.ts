import { Cron } from 'croner';
import type { Timing } from './rule.ts';

/** The moments of a rule, in milliseconds since 1970. Each is greater than the one before, however clocks are changed. */
export interface TickTimes {
  /** The first one later than `ms`; `null` where there is none within the years that a calendar has. */
  after(ms: number): number | null;
  /** The last one from `from`, which is one, to `to`. */
  latest(from: number, to: number): number;
}

/**
 * The moments of a rule.
 *
 * @param gridMs one of them, where they are so many seconds apart.
 * @throws Error for an expression or a zone that this process does not know.
 */
export function tickTimesOf(timing: Timing, gridMs: number): TickTimes {
  return timing.cron === undefined
    ? intervalTimes(Math.round(timing.everySecs * 1000), gridMs)
    : cronTimes(timing.cron, timing.timeZone);
}

function intervalTimes(everyMs: number, gridMs: number): TickTimes {
  const upTo = (ms: number): number => gridMs + Math.floor((ms - gridMs) / everyMs) * everyMs;
  return { after: (ms) => upTo(ms) + everyMs, latest: (_, to) => upTo(to) };
}

/** Schedules by the thousand, one for each tenant, have few expressions between them. */
const MAX_KEPT = 1_000;
const kept = new Map<string, CronTimes>();

function cronTimes(expression: string, timeZone: string): CronTimes {
  const name = `${timeZone} ${expression}`;
  const known = kept.get(name);
  if (known !== undefined) return known;
  const made = new CronTimes(expression, timeZone);
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(name, made);
  return made;
}

/**
 * The moments of an expression. What becomes of times that the clock of its place has twice or never, and which expressions
 * name times of day, is its `fixedTimeRule`; the documentation says it in words, and a test compares it with a calendar of its own.
 */
class CronTimes implements TickTimes {
  readonly #cron: Cron;
  /** Between these two moments there is none: to ask for one costs 40 microseconds, and most ask for the same. */
  #from = Number.NaN;
  #next: number | null = null;

  constructor(expression: string, timeZone: string) {
    this.#cron = new Cron(expression, { timezone: timeZone, fixedTimeRule: 'no-wildcard' });
  }

  after(ms: number): number | null {
    if (ms >= this.#from && ms < (this.#next ?? Infinity)) return this.#next;
    const next = this.#cron.nextRun(new Date(ms))?.getTime() ?? null;
    if (next !== null && next <= ms) {
      throw new RangeError(`${this.#cron.getPattern()} has no time later than ${new Date(ms).toISOString()}`);
    }
    [this.#from, this.#next] = [ms, next];
    return next;
  }

  /**
   * Halves the stretch in which it lies, so that a second of a year that nobody was there for costs 35 steps, and not one
   * for each tick: what `after` gives never falls while `ms` grows.
   */
  latest(from: number, to: number): number {
    let [latest, low, high] = [from, from, to];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const next = this.after(middle);
      if (next !== null && next <= to) {
        latest = next;
        low = next;
      } else high = middle;
    }
    return latest;
  }
}
