import type { Driver } from '@bearmq/core/driver';
import type { Context, ContextSettings, TransactionOption } from 'bearmq';

/** `Bun.sql` is there on Bun alone. */
export type ClientName = 'pg' | 'postgres.js' | 'Bun.sql';

/** A connection to the database by one of the client libraries, used as a program would. */
export interface Client {
  readonly driver: Driver;
  newContext(settings?: ContextSettings): Context;
  /** Does the work in a transaction of the client's own, and rolls it back if it throws. */
  transaction(work: (tx: NonNullable<TransactionOption['tx']>) => Promise<unknown>): Promise<void>;
  rows(text: string): Promise<readonly Record<string, unknown>[]>;
  end(): Promise<void>;
}
