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
