import type { Cell, Row } from './results.ts';
import { pairedRatio } from './statistics.ts';

type Place = readonly [scenario: string, what: string];

/** Looks up what was measured. Everything is NaN where a figure is missing or invalid. */
export class Readings {
  readonly #rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  /** BearMQ's own median. */
  value(...place: Place): number {
    return this.#cell(place, 'bearmq')?.median ?? Number.NaN;
  }

  /** How many times the best of `others` it is, where more is better; the others that were measured count. */
  against(
    others: readonly string[],
    scenario: string,
    what: string,
    { of }: { readonly of: string } = { of: 'bearmq' },
  ): number {
    return lowest(this.#ratios(others, [scenario, what], of));
  }

  /** How many times the best of `others` it is, where less is better. */
  above(others: readonly string[], ...place: Place): number {
    return -lowest(this.#ratios(others, place, 'bearmq').map((ratio) => -ratio));
  }

  /** BearMQ's one figure against its other. */
  within(one: Place, other: Place): number {
    return ratio(this.#cell(one, 'bearmq'), this.#cell(other, 'bearmq'));
  }

  #ratios(others: readonly string[], place: Place, of: string): readonly number[] {
    return others.map((id) => ratio(this.#cell(place, of), this.#cell(place, id))).filter((one) => !Number.isNaN(one));
  }

  #cell([scenario, what]: Place, contestant: string): Cell | undefined {
    const cell = this.#rows.find((row) => row.scenario === scenario && row.what === what)?.cells.get(contestant);
    return cell?.complaint === undefined ? cell : undefined;
  }
}

function ratio(one: Cell | undefined, other: Cell | undefined): number {
  return one === undefined || other === undefined ? Number.NaN : pairedRatio(one.values, other.values);
}

function lowest(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.min(...values);
}
