import type { Context } from 'bearmq';
import type { Tell } from '../ledger/ledger-file.ts';
import type { Client } from './client.ts';
import type { ChildConfig, Order } from './config.ts';

/** What a role has to play with. */
export interface Cast {
  readonly context: Context;
  readonly client: Client;
  readonly tell: Tell;
  readonly config: ChildConfig;
  /** Resolves when it is to finish. */
  readonly stopped: Promise<Extract<Order, { readonly to: 'stop' }>>;
}
