import { pause, SQL_STATES, type SqlSession, toDatabaseError } from '@bearmq/core/driver';
import { ConnectionSession } from './connection-session.ts';
import { afterClosing } from './lost-connection.ts';
import type { PostgresJsClient } from './postgres-js-types.ts';
import { afterItsEnd, type Prepare } from './query.ts';

/** Within this time after an unanswered statement postgres.js has told, if so, that the connection is gone. */
const DOUBT_MS = 1_000;

type Outcome<T> = { readonly value: T } | { readonly reason: unknown };

/**
 * Runs `work` inside of `sql.begin`.
 *
 * When the connection is lost, `sql.begin` rejects at once, but whatever its callback still sends throws where nobody
 * can catch it, and so does the rollback that follows when the callback ends. Therefore the session refuses from then
 * on, and the callback never ends.
 *
 * ```
 *           work ends                        callback ends
 * working ─────────────► answers outstanding ─────────────► commit or rollback
 *    └────────────────────────────┴──────────► lost: the callback is left where it is
 *                  connection lost
 * ```
 */
export async function runTransaction<T>(
  sql: PostgresJsClient,
  prepare: Prepare,
  work: (tx: SqlSession) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  let begun: { readonly session: ConnectionSession; readonly outcome: Promise<Outcome<T>> } | undefined;
  const end = sql.begin((tx) => {
    const session = new ConnectionSession(tx, prepare);
    const outcome = outcomeOf(work, session);
    begun = { session, outcome };
    return mayEnd(session, outcome, lost.signal);
  });
  try {
    await end;
  } catch (error) {
    lost.abort();
    const failure = afterItsEnd(toDatabaseError(error));
    if (begun === undefined) throw await afterClosing(failure);
    const { session, outcome } = begun;
    session.lose('the connection of this transaction was lost', error);
    const ended = await outcome;
    const reason = 'reason' in ended ? ended.reason : (session.lastError ?? failure);
    if (reason !== error) await afterClosing(failure);
    // The work's own error is what the caller wants; otherwise, what a statement failed with, and the work hid.
    throw reason;
  }
  return resultOf(await begun?.outcome);
}

async function outcomeOf<T>(work: (tx: SqlSession) => Promise<T>, session: ConnectionSession): Promise<Outcome<T>> {
  let outcome: Outcome<T>;
  try {
    outcome = { value: await work(session) };
  } catch (reason) {
    outcome = { reason };
  }
  session.end('this transaction has ended', SQL_STATES.noActiveSqlTransaction);
  return outcome;
}

/** Settles when postgres.js may end the transaction, and as it should; never, when there is none to end. */
async function mayEnd(
  session: ConnectionSession,
  outcome: Promise<Outcome<unknown>>,
  lost: AbortSignal,
): Promise<void> {
  const ended = await outcome;
  await session.settled();
  if (session.isBroken) await pause(DOUBT_MS, lost);
  if (lost.aborted) await new Promise(() => undefined);
  if ('reason' in ended) throw ended.reason;
  // A statement that the work did not wait for may have failed by now.
  if (session.lastError !== null) throw session.lastError;
}

function resultOf<T>(outcome: Outcome<T> | undefined): T {
  if (outcome === undefined || 'reason' in outcome) throw new Error('the transaction ended before its work');
  return outcome.value;
}
