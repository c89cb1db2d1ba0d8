import type { PgPool } from './pg-types.ts';

/** How many drivers hold each pool. */
const holders = new WeakMap<PgPool, number>();

/**
 * Keeps the process alive when the server cuts an idle connection of the pool. The pool has dropped that client by
 * then and needs nothing done, but it emits 'error', and an 'error' that nobody listens to ends the process. Listeners
 * of the user's own are called as before. One handler for each pool, however many drivers use it.
 *
 * @returns takes the handler away again; to be called once.
 */
export function surviveIdleErrors(pool: PgPool): () => void {
  const held = holders.get(pool) ?? 0;
  if (held === 0) pool.on('error', ignore);
  holders.set(pool, held + 1);
  return () => {
    const left = (holders.get(pool) ?? 1) - 1;
    holders.set(pool, left);
    if (left === 0) pool.removeListener('error', ignore);
  };
}

function ignore(): void {}
