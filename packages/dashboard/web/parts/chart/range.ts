import type { UrlState } from '../../state/url.ts';

/** Ranges that one can choose, each with steps of which about a hundred are in it. */
export const RANGES = {
  '15m': { label: '15 min', secs: 900, stepSecs: 60 },
  '1h': { label: '1 h', secs: 3_600, stepSecs: 60 },
  '6h': { label: '6 h', secs: 21_600, stepSecs: 300 },
  '24h': { label: '24 h', secs: 86_400, stepSecs: 900 },
  '7d': { label: '7 d', secs: 604_800, stepSecs: 7_200 },
  '30d': { label: '30 d', secs: 2_592_000, stepSecs: 21_600 },
} as const;

export type RangeKey = keyof typeof RANGES;
export const RANGE_KEYS = Object.keys(RANGES) as readonly RangeKey[];
const DEFAULT: RangeKey = '1h';

export interface ChosenRange {
  /** `null`: somebody dragged over a part of a chart. */
  readonly key: RangeKey | null;
  readonly from: number;
  readonly to: number;
  readonly stepSecs: number;
}

const STEPS = [60, 120, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

/** What the address says; of a range up to now the end is the coming minute, so that it is the same for a while. */
export function rangeOf(url: UrlState, nowMs: number): ChosenRange {
  const [from, to] = [Number(url.one('from') ?? Number.NaN), Number(url.one('to') ?? Number.NaN)];
  if (from > 0 && to > from) {
    const stepSecs = STEPS.find((step) => (to - from) / step <= 120) ?? 86_400;
    const begin = Math.floor(from / stepSecs) * stepSecs;
    return { key: null, from: begin, to: Math.max(to, begin + stepSecs), stepSecs };
  }
  const given = url.one('range');
  const key = RANGE_KEYS.find((one) => one === given) ?? DEFAULT;
  const { secs, stepSecs } = RANGES[key];
  const end = Math.ceil((nowMs / 1000 + 1) / stepSecs) * stepSecs;
  return { key, from: end - secs, to: end, stepSecs };
}
