import type { PgQuery, PgResult } from './pg-types.ts';

const { nextTick } = process;

/**
 * Asks with the process's own `nextTick`. A pool of node-postgres asks for that before it gives a waiting query to an
 * idle connection; where the fake timers of a test hold it back, the query is never sent, also when the timers are real
 * again, unless somebody else uses the pool. Only what is a fake of them is passed by, not what traces calls.
 */
export function queryWithRealTicks(
  target: { query(query: PgQuery): Promise<PgResult> },
  query: PgQuery,
): Promise<PgResult> {
  const current = process.nextTick;
  if (current === nextTick || !('clock' in current)) return target.query(query);
  process.nextTick = nextTick;
  try {
    return target.query(query);
  } finally {
    process.nextTick = current;
  }
}
