import type { AsyncLocalStorage } from 'node:async_hooks';
import { DatabaseError, SQL_STATES } from '@bearmq/core/driver';

/** A transaction whose work is under way, and the one whose work began it, if any. */
interface OpenTransaction {
  readonly db: object;
  readonly outer: OpenTransaction | undefined;
  isOpen: boolean;
}

let storage: AsyncLocalStorage<OpenTransaction> | null | undefined;

/** What follows a call through its promises. A browser has none, and goes without. */
function callContext(): AsyncLocalStorage<OpenTransaction> | null {
  if (storage !== undefined) return storage;
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  const hooks = process?.getBuiltinModule?.('node:async_hooks');
  storage = hooks === undefined ? null : new hooks.AsyncLocalStorage<OpenTransaction>();
  return storage;
}

/** Calls the work of a transaction so that {@link refuseInside} knows, until the work has ended. */
export async function workInside<T>(db: object, work: () => Promise<T>): Promise<T> {
  const context = callContext();
  if (context === null) return await work();
  const transaction: OpenTransaction = { db, outer: context.getStore(), isOpen: true };
  try {
    return await context.run(transaction, async () => await work());
  } finally {
    transaction.isOpen = false;
  }
}

/**
 * Refuses what is called from within the work of a transaction on the same database: it would wait for the end of the
 * transaction, whose work waits for it.
 */
export function refuseInside(db: object): void {
  let transaction = callContext()?.getStore();
  while (transaction !== undefined) {
    if (transaction.isOpen && transaction.db === db) {
      throw new DatabaseError(
        'PGlite has one connection, and the transaction in whose work this was called is on it: run statements ' +
          'through the session that the work was given',
        { sqlState: SQL_STATES.activeSqlTransaction, constraint: null },
        undefined,
      );
    }
    transaction = transaction.outer;
  }
}
