import { DatabaseError, SQL_STATES, type SqlSession, type SqlStatement, toDatabaseError } from '@bearmq/core/driver';
import { clientSession, sendInTurn } from './client-session.ts';
import { afterItsEnd, type Refuse, waitingOn } from './ended-pool.ts';
import type { PgPool, PgPoolClient } from './pg-types.ts';
import type { Prepare } from './query.ts';

const BEGIN: SqlStatement = { name: 'bearmq_begin', text: 'begin', values: [] };
const COMMIT: SqlStatement = { name: 'bearmq_commit', text: 'commit', values: [] };
const ROLLBACK: SqlStatement = { name: 'bearmq_rollback', text: 'rollback', values: [] };

/** Runs `work` between `begin` and `commit` on a client of the pool, and gives the client back in any case. */
export async function runTransaction<T>(
  pool: PgPool,
  prepare: Prepare,
  work: (tx: SqlSession) => Promise<T>,
): Promise<T> {
  const client = await checkOut(pool);
  // A checked-out client has no other 'error' listener; unheard, a lost connection would end the process. The
  // statement under way, or the next one, rejects with the reason.
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    return await betweenBeginAndCommit(client, prepare, work, (error) => {
      broken = error;
    });
  } finally {
    client.removeListener('error', ignore);
    client.release(broken);
  }
}

async function betweenBeginAndCommit<T>(
  client: PgPoolClient,
  prepare: Prepare,
  work: (tx: SqlSession) => Promise<T>,
  onBroken: (error: Error) => void,
): Promise<T> {
  const discardOnError = (error: unknown): never => {
    onBroken(error as Error);
    throw error;
  };
  await sendInTurn(client, BEGIN, 'never').catch(discardOnError);
  const tx = clientSession(client, prepare);
  let result: T;
  try {
    result = await work(tx);
  } catch (error) {
    tx.end('this transaction was rolled back', SQL_STATES.noActiveSqlTransaction);
    // The work's own error is what the caller wants; a client that cannot roll back is not used again.
    await sendInTurn(client, ROLLBACK, 'never').catch(onBroken);
    throw error;
  }
  tx.end('this transaction has ended', SQL_STATES.noActiveSqlTransaction);
  const { command } = await sendInTurn(client, COMMIT, 'never').catch(discardOnError);
  // The server answers COMMIT with ROLLBACK, and no error, when a statement had failed and the work went on regardless.
  if (command === 'ROLLBACK') throw tx.lastError ?? rolledBack();
  return result;
}

async function checkOut(pool: PgPool): Promise<PgPoolClient> {
  const waiting = waitingOn(pool);
  let refuse: Refuse = () => undefined;
  const client = new Promise<PgPoolClient>((resolve, reject) => {
    refuse = reject;
    pool.connect().then(resolve, reject);
  });
  waiting.add(refuse);
  try {
    return await client;
  } catch (error) {
    throw afterItsEnd(pool, toDatabaseError(error));
  } finally {
    waiting.delete(refuse);
  }
}

function rolledBack(): DatabaseError {
  return new DatabaseError(
    'the transaction was rolled back instead of committed',
    { sqlState: SQL_STATES.inFailedSqlTransaction, constraint: null },
    undefined,
  );
}

function ignore(): void {}
