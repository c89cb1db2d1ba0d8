import { percentile } from '@bearmq/test-support';

/** A Markdown table; columns from the second on are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n');
}

export const DISTRIBUTION_HEAD: readonly string[] = ['min', 'p50', 'p90', 'p99', 'max'];

/** The cells to {@link DISTRIBUTION_HEAD}: of values in milliseconds, in seconds. */
export function distribution(valuesMs: readonly number[]): readonly string[] {
  return [0, 0.5, 0.9, 0.99, 1].map((share) => seconds(percentile(valuesMs, share)));
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
