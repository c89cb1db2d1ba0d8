const numbers = new Intl.NumberFormat('en');

export function count(n: number): string {
  return numbers.format(Math.round(n));
}

/** `1 file`, `2 files`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = n;
  for (; value >= 999.5 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** Two durations, the unit only once where it is the same. */
export function durations(a: number, b: number): string {
  const [first = '', firstUnit] = duration(a).split(' ');
  const [second = '', unit = ''] = duration(b).split(' ');
  return firstUnit === unit ? `${first}/${second} ${unit}` : `${duration(a)}/${duration(b)}`;
}

/** The value that `share` of the values do not exceed (nearest rank); `undefined` when there are none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** A name as it may be printed: no control characters, and the middle left out when it is long. */
export function printable(name: string, width = 48): string {
  const letters = [...name.replace(/\p{C}/gu, '?')];
  if (letters.length <= width) return letters.join('');
  const head = Math.ceil((width - 1) / 3);
  return `${letters.slice(0, head).join('')}…${letters.slice(head + 1 - width).join('')}`;
}
