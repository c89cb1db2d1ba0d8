import { mean, type Point, slope } from './statistics.ts';
import { table } from './table.ts';

export interface Metric {
  readonly name: string;
  readonly unit: 'MB' | 'ms' | '';
}

/** A metric over the time of a soak, in milliseconds. */
export interface Series extends Metric {
  readonly points: readonly Point[];
}

export interface Judged extends Metric {
  readonly firstThird: number;
  readonly lastThird: number;
  readonly perHour: number;
  readonly verdict: 'steady' | 'grew';
}

/** A rise of that share of the first third within the rest of the soak is none: autovacuum and garbage collectors breathe. */
const TOLERANCE = 0.1;
/** Nor is so much of a unit, whatever the share. */
const LEAST = { MB: 4, ms: 5, '': 100 } as const;
/** What is so small is not worth a row, unless it grew. */
const SHOWN = { MB: 0.5, ms: 0, '': 1 } as const;
const HOUR_MS = 3_600_000;

/**
 * Whether each metric grew: by the slope of its last two thirds, since in the first one the tables fill up to what the
 * retention keeps, and programs warm up.
 */
export function verdicts(all: readonly Series[]): readonly Judged[] {
  return all.map(({ name, unit, points }) => {
    const third = Math.floor(points.length / 3);
    const settled = points.slice(third);
    const firstThird = mean(points.slice(0, third).map(({ value }) => value));
    const lastThird = mean(points.slice(-third).map(({ value }) => value));
    const perMs = slope(settled);
    const rise = perMs * ((settled.at(-1)?.at ?? 0) - (settled[0]?.at ?? 0));
    const grew = rise > Math.max(TOLERANCE * firstThird, LEAST[unit]);
    return { name, unit, firstThird, lastThird, perHour: perMs * HOUR_MS, verdict: grew ? 'grew' : 'steady' };
  });
}

export function soakTable(judged: readonly Judged[]): string {
  const show = (value: number, unit: string): string => `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`.trim();
  return table(
    ['', 'first third', 'last third', 'slope after the first third, per hour', ''],
    judged
      .filter(({ unit, firstThird, lastThird, verdict }) => {
        return verdict === 'grew' || Math.max(firstThird, lastThird) >= SHOWN[unit];
      })
      .map(({ name, unit, firstThird, lastThird, perHour, verdict }) => [
        name,
        show(firstThird, unit),
        show(lastThird, unit),
        `${perHour < 0 ? '−' : '+'}${show(Math.abs(perHour), unit)}`,
        verdict,
      ]),
  );
}
