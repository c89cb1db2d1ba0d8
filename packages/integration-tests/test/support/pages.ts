import type { ClientBase } from 'pg';

/** The pages that a query visits, in memory or on the disk, whatever they are of. It is run. */
export async function visitedPages(client: ClientBase, sql: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(`explain (analyze, buffers, format json) ${sql}`, [
    ...values,
  ]);
  const plan = rows[0]?.['QUERY PLAN'];
  const [{ Plan: counts = {} } = {}] = plan as readonly { readonly Plan?: Record<string, number> }[];
  return (counts['Shared Hit Blocks'] ?? 0) + (counts['Shared Read Blocks'] ?? 0);
}

/** How often the same is counted. */
export const COUNTS = 3;

/**
 * The least of several counts. A session reads the catalogue again, some 200 pages, when others have made many tables
 * meanwhile, as tests do that run beside; and makes its plans anew.
 */
export async function leastPages(count: (nth: number) => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let nth = 0; nth < COUNTS; nth += 1) least = Math.min(least, await count(nth));
  return least;
}
