import type { Context } from 'bearmq';
import type pg from 'pg';
import type { Tell } from '../ledger/ledger-file.ts';
import type { ChildConfig } from './config.ts';

/** What a role has to play with. */
export interface Cast {
  readonly context: Context;
  readonly pool: pg.Pool;
  readonly tell: Tell;
  readonly config: ChildConfig;
  /** Resolves when it is to finish. */
  readonly stopped: Promise<unknown>;
}
