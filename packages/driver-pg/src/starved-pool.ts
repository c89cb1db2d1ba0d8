import { Deadlines } from '@bearmq/core/driver';
import type { PgPool } from './pg-types.ts';

/** How long a statement waits for a connection before that is told of. */
const PATIENCE_MS = 5_000;

const warned = new WeakSet<PgPool>();
const deadlines = new Deadlines();

/**
 * Watches a statement that was just handed to the pool, where it has to wait for a connection. One that waits long is
 * told of, once for each pool: it may well wait for ever, namely for transactions that wait for it.
 *
 * @returns what {@link stopWatching} is to be called with when the answer is there.
 */
export function watchIfStarved(pool: PgPool): (() => void) | undefined {
  if (!isUsedUp(pool) || warned.has(pool)) return undefined;
  const late = (): void => {
    if (isUsedUp(pool)) warn(pool);
  };
  deadlines.begin(late, PATIENCE_MS);
  return late;
}

export function stopWatching(late: (() => void) | undefined): void {
  if (late !== undefined) deadlines.end(late);
}

function warn(pool: PgPool): void {
  if (warned.has(pool)) return;
  warned.add(pool);
  process.emitWarning(
    `a statement has waited ${PATIENCE_MS / 1_000} seconds for one of the ${pool.totalCount} connections of the pool, ` +
      'all of which are in use. If you await an enqueue within a transaction, pass it that transaction ' +
      '({ tx: fromPg(client) }), or it waits for connections that wait for it. Otherwise make the pool larger (max)',
    'BearMQWarning',
  );
}

function isUsedUp({ waitingCount = 0, idleCount = 0 }: PgPool): boolean {
  return waitingCount > 0 && idleCount === 0;
}
