import type { SqlSession } from '@bearmq/core/driver';

/** A program's own client, as far as its transactions go. */
export interface TransactionClient<TTx> {
  /** Runs `work` in a transaction: commits when it resolves; rolls back, and rejects likewise, when it rejects. */
  transaction(work: (tx: TTx) => Promise<void>): Promise<unknown>;
  /** The same for a savepoint within a transaction. */
  savepoint(tx: TTx, work: (tx: TTx) => Promise<void>): Promise<unknown>;
  /** What the client's `from…` function makes of a transaction. */
  session(tx: TTx): SqlSession;
}
