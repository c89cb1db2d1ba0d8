export type ChartColor = 'green' | 'amber' | 'red' | 'blue' | 'violet' | 'gray';

export interface ChartLine {
  readonly label: string;
  readonly color: ChartColor;
  /** One for each `at`; `null` where nothing was recorded. */
  readonly values: readonly (number | null)[];
  /** Drawn against the scale at the right, in its own unit. */
  readonly isRight?: boolean;
}

/** How values of a scale are written. */
export interface Unit {
  readonly exact: (value: number) => string;
  readonly axis: (value: number) => string;
  /** What marks of the axis may be apart; as is usual for decimal numbers where it is left out. */
  readonly steps?: readonly number[];
}

/** What a chart shows. */
export interface ChartData {
  /** `stack`: bars of which the lines are parts; `lines`. */
  readonly kind: 'stack' | 'lines';
  readonly isLog?: boolean;
  /** When the steps begin, in seconds since 1970. */
  readonly at: readonly number[];
  readonly lines: readonly ChartLine[];
  /** The step from here on is not over: it is drawn hollow. */
  readonly partialFrom: number | null;
  readonly zone: 'local' | 'utc';
  readonly left: Unit;
  readonly right?: Unit;
}

export interface ChartEvents {
  /** The step under the pointer; `null`: none. */
  readonly onHover: (index: number | null) => void;
  /** A range was dragged over, in seconds since 1970. */
  readonly onZoom: (from: number, to: number) => void;
}
