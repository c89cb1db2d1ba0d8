/** What the jobs carry. */
export interface Payload {
  /** Which job it is, from 0; the ledger counts by it. */
  readonly n: number;
  readonly template: string;
  readonly message: string;
  readonly tags: readonly string[];
  /** When it was enqueued, by {@link now}. */
  readonly at?: number;
  readonly group?: string;
  /** Its place within its group, from 0. */
  readonly nth?: number;
  /** What makes a payload large. */
  readonly text?: string;
}

/** About a hundred bytes, as jobs usually have. */
export function payload(n: number, more: Partial<Payload> = {}): Payload {
  return { n, template: 'welcome', message: 'hello world, this is a payload', tags: ['a', 'b'], ...more };
}

/** Milliseconds of the machine's monotonic clock, which all processes share; `performance.now()` starts in each. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
