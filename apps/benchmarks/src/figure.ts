export type Unit = 'jobs/s' | 'ms' | '×' | 'statements/s' | 'connections' | '%' | 'MB' | 'rows' | 'jobs';

/** One measured number. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  /** What the reader must know of this number. */
  readonly note?: string;
}

/** What one contestant did in one scenario, once. */
export interface Outcome {
  readonly figures: readonly Figure[];
  /** Why the figures are worth nothing: jobs lost, doubled or out of order. */
  readonly complaint?: string;
}

export interface Measurement extends Outcome {
  readonly round: number;
  readonly scenario: string;
  readonly contestant: string;
  /** Why it was not measured at all. */
  readonly absent?: string;
}

/** Less is better of all units but these. */
export function moreIsBetter(unit: Unit): boolean {
  return unit === 'jobs/s' || unit === '×';
}
