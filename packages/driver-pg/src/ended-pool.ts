import { DatabaseError, ofClosedClient } from '@bearmq/core/driver';
import type { PgPool } from './pg-types.ts';

/** Those that wait for a connection of a pool, or for an answer on one; shared by all drivers on it. */
const waiting = new WeakMap<PgPool, Set<() => void>>();

function waitingOn(pool: PgPool): Set<() => void> {
  const known = waiting.get(pool);
  if (known !== undefined) return known;
  const fresh = new Set<() => void>();
  waiting.set(pool, fresh);
  pool.on('remove', () => {
    // A moment later, since the pool notes that this was its last connection just after it says so.
    queueMicrotask(() => {
      if (pool.ended === true) for (const refuse of fresh) refuse();
    });
  });
  return fresh;
}

/**
 * What `ask` brings of the pool. A pool that is ended forgets those who wait for one of its connections: they are told
 * here. And whatever goes wrong once it was ended is not worth another try.
 */
export async function unlessEnded<T>(pool: PgPool, ask: () => Promise<T>): Promise<T> {
  const refusals = waitingOn(pool);
  let refuse: () => void = () => undefined;
  const answer = new Promise<T>((resolve, reject) => {
    refuse = () => reject(forgotten());
    ask().then(resolve, reject);
  });
  refusals.add(refuse);
  try {
    return await answer;
  } catch (error) {
    throw pool.ending === true && error instanceof DatabaseError && error.isRetryable ? ofClosedClient(error) : error;
  } finally {
    refusals.delete(refuse);
  }
}

function forgotten(): DatabaseError {
  return new DatabaseError(
    'the pool was ended while this waited for one of its connections',
    { sqlState: null, constraint: null, isClientClosed: true },
    undefined,
  );
}
