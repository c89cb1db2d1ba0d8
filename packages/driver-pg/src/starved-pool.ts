import { pause } from '@bearmq/core/driver';
import type { PgPool } from './pg-types.ts';

/** How long a statement waits for a connection before that is told of. */
const PATIENCE_MS = 5_000;

const warned = new WeakSet<PgPool>();

/**
 * The answer to a statement that was just handed to the pool. One that waits long for a connection is told of, once for
 * each pool: it may well wait for ever, namely for transactions that wait for it.
 */
export async function warnIfStarved<T>(pool: PgPool, answer: Promise<T>): Promise<T> {
  if (!isUsedUp(pool) || warned.has(pool)) return await answer;
  const answered = new AbortController();
  void pause(PATIENCE_MS, answered.signal).then(() => {
    if (answered.signal.aborted || !isUsedUp(pool) || warned.has(pool)) return;
    warned.add(pool);
    process.emitWarning(
      `a statement has waited ${PATIENCE_MS / 1_000} seconds for one of the ${pool.totalCount} connections of the pool, ` +
        'all of which are in use. Where an enqueue is waited for within a transaction, pass it that transaction ' +
        '({ tx: fromPg(client) }): else it waits for connections that wait for it. Or else make the pool larger (max)',
      'BearMQWarning',
    );
  });
  try {
    return await answer;
  } finally {
    answered.abort();
  }
}

function isUsedUp({ waitingCount = 0, idleCount = 0 }: PgPool): boolean {
  return waitingCount > 0 && idleCount === 0;
}
