import type { Figure, Measurement, Unit } from './figure.ts';
import { median, spread } from './statistics.ts';

/** One cell of the table: what a contestant reached in all rounds. */
export interface Cell {
  readonly values: ReadonlyMap<number, number>;
  readonly median: number;
  readonly spread: number;
  readonly note: string | undefined;
  /** Why it is worth nothing. */
  readonly complaint: string | undefined;
  /** Why there is none. */
  readonly absent: string | undefined;
}

/** One row of the table. */
export interface Row {
  readonly scenario: string;
  readonly what: string;
  readonly unit: Unit;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** All rounds, sorted into rows and cells, in the order in which they were measured first. */
export function collect(measurements: readonly Measurement[]): readonly Row[] {
  const rows = new Map<string, { scenario: string; figure: Figure }>();
  for (const { scenario, figures } of measurements) {
    for (const figure of figures) {
      const key = `${scenario}\n${figure.what}`;
      if (!rows.has(key)) rows.set(key, { scenario, figure });
    }
  }
  const order = [...new Set(measurements.map(({ scenario }) => scenario))];
  const contestants = [...new Set(measurements.map(({ contestant }) => contestant))];
  return [...rows.values()]
    .sort((a, b) => order.indexOf(a.scenario) - order.indexOf(b.scenario))
    .map(({ scenario, figure: { what, unit } }) => {
      const mine = measurements.filter((one) => one.scenario === scenario);
      const cells = contestants.map(
        (id) =>
          [
            id,
            cell(
              mine.filter(({ contestant }) => contestant === id),
              what,
            ),
          ] as const,
      );
      return { scenario, what, unit, cells: new Map(cells) };
    });
}

function cell(measurements: readonly Measurement[], what: string): Cell {
  const found = measurements.flatMap(({ round, figures, complaint }) =>
    figures.filter((figure) => figure.what === what).map((figure) => ({ round, figure, complaint })),
  );
  const good = found.filter(({ complaint }) => complaint === undefined);
  // An invalid figure is shown as such, and must not improve a median.
  const complaint = found.find((one) => one.complaint !== undefined)?.complaint;
  const values = good.map(({ figure }) => figure.value).filter((value) => Number.isFinite(value));
  return {
    values: new Map(good.map(({ round, figure }) => [round, figure.value])),
    median: median(values),
    spread: spread(values),
    note: good.find(({ figure }) => figure.note !== undefined)?.figure.note,
    complaint,
    absent:
      found.length > 0
        ? undefined
        : (measurements.find((one) => one.absent !== undefined)?.absent ?? 'has no such figure'),
  };
}
