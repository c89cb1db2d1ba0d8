import type { SqlSession } from '@bearmq/core/driver';
import { fromPg } from 'bearmq';
import type { Knex } from 'knex';
import type { ClientBase } from 'pg';

/**
 * The `trx` of `knex.transaction(async (trx) => …)`, as BearMQ takes it: the `pg` client that it holds. (Through
 * `trx.raw` it does not go: that has `?` for a placeholder, where BearMQ's statements have `$1`, and `?` in their own right.)
 */
export function fromKnex(trx: Knex.Transaction): SqlSession {
  if (trx.isTransaction !== true)
    throw new TypeError('pass the trx of knex.transaction(async (trx) => …), not knex itself');
  return {
    run: async (statement) => {
      if (trx.isCompleted()) throw new Error('this transaction has ended');
      const client: ClientBase = await trx.client.acquireConnection(); // gives the transaction's, and takes no other
      return await fromPg(client).run(statement);
    },
  };
}
