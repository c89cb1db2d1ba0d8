/** Of any numbers, in any order. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** How far the lowest and the highest lie from the median, whichever is farther, as a share of it; 0 of one value. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  if (values.length < 2 || middle === 0) return 0;
  return Math.max(...values.map((value) => Math.abs(value - middle))) / Math.abs(middle);
}

/** What was measured in one round belongs together: the machine is a different one an hour later. */
export function pairedRatio(values: ReadonlyMap<number, number>, base: ReadonlyMap<number, number>): number {
  const ratios = [...values].flatMap(([round, value]) => {
    const other = base.get(round);
    return other === undefined ? [] : [value / other];
  });
  return median(ratios);
}
