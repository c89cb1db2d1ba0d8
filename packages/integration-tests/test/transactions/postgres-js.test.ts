import { fromPostgresJs } from '@bearmq/driver-postgresjs';
import { afterAll, describe, expect, it } from '@jest/globals';
import postgres from 'postgres';
import { databaseUrl, poolerOptions } from '../support/way.ts';
import { itIsATransactionOfTheCaller } from './support/own-transaction.ts';
import type { TransactionClient } from './support/transaction-client.ts';

const sql = postgres(databaseUrl(), { transform: postgres.camel, ...poolerOptions(databaseUrl()) });
afterAll(() => sql.end());

const client: TransactionClient<postgres.TransactionSql> = {
  transaction: (work) => sql.begin(work),
  savepoint: (tx, work) => tx.savepoint(work),
  session: fromPostgresJs,
};

describe("a job enqueued in the caller's own transaction of postgres.js", () => {
  itIsATransactionOfTheCaller(client);
});

describe('fromPostgresJs', () => {
  it('refuses the client, at compile time and at run time, and says what to pass', () => {
    // @ts-expect-error the client does not hold a transaction
    expect(() => fromPostgresJs(sql)).toThrow('pass what sql.begin hands to its callback');
  });
});
