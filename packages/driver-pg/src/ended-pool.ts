import { DatabaseError, ofClosedClient } from '@bearmq/core/driver';
import type { PgPool } from './pg-types.ts';

/** Rejects something that waits for a connection of a pool, or for an answer on one. */
export type Refuse = (error: DatabaseError) => void;

/** All that waits on a pool; shared by all drivers on it. */
const waiting = new WeakMap<PgPool, Set<Refuse>>();

/**
 * All that waits on a pool: whoever asks for something of it enters a way to refuse it, and takes it away when answered.
 * A pool that is ended forgets those who wait for one of its connections: they are told here.
 */
export function waitingOn(pool: PgPool): Set<Refuse> {
  const known = waiting.get(pool);
  if (known !== undefined) return known;
  const fresh = new Set<Refuse>();
  waiting.set(pool, fresh);
  pool.on('remove', () => {
    // A moment later, since the pool notes that this was its last connection just after it says so.
    queueMicrotask(() => {
      if (pool.ended === true) for (const refuse of fresh) refuse(forgotten());
    });
  });
  return fresh;
}

/** What to fail with: whatever goes wrong once the pool was ended is not worth another try. */
export function afterItsEnd(pool: PgPool, error: DatabaseError): DatabaseError {
  return pool.ending === true && error.isRetryable ? ofClosedClient(error) : error;
}

function forgotten(): DatabaseError {
  return new DatabaseError(
    'the pool was ended while this waited for one of its connections',
    { sqlState: null, constraint: null, isClientClosed: true },
    undefined,
  );
}
