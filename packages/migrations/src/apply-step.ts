import { DatabaseError, hasSqlState, pause, SQL_STATES, type SqlSession } from '@bearmq/core/driver';
import { backoffMs } from '@bearmq/core/schema';
import { type Step, TABLE_TOO_LARGE } from './steps.ts';

const { lockNotAvailable, deadlockDetected, internalError } = SQL_STATES;

/**
 * What turns a text away that is a transaction: the locks of others. A deadlock too, of which it was the one to end: while it
 * waits for another process that migrates, somebody who builds an index of theirs may wait for its snapshot. And a row of
 * the catalogue that it changes beside somebody who builds an index of the same table.
 */
const TURNED_AWAY: readonly string[] = [lockNotAvailable, deadlockDetected, internalError];

/**
 * What a build fails with when it meets another process's build of the same index: a lock, a deadlock, a name taken, a
 * row of the catalogue that both change (an internal error, whose message the server does not translate).
 */
const MET_ANOTHER_BUILD: readonly string[] = [
  lockNotAvailable,
  deadlockDetected,
  SQL_STATES.duplicateTable,
  SQL_STATES.uniqueViolation,
  internalError,
];
const SAME_ROW = /tuple concurrently (updated|deleted)/;

/**
 * Sends a step, again and again while the locks of others turn it away. Nothing is held in the pauses, no connection
 * either: workers overtake, and so do other processes that migrate.
 *
 * @throws DatabaseError the last refusal, when the pauses come to `patienceSecs`; anything else at once.
 */
export async function applyStep(driver: SqlSession, step: Step, patienceSecs: number): Promise<void> {
  for (let attempt = 0, pausedMs = 0; ; attempt += 1) {
    const refusal = await attemptStep(driver, step);
    if (refusal === undefined) return;
    if (pausedMs >= patienceSecs * 1000) {
      const message = `${refusal.message} (tried ${attempt + 1} times in about ${patienceSecs} s)`;
      throw new DatabaseError(message, refusal, refusal.cause);
    }
    const ms = backoffMs(attempt);
    await pause(ms);
    pausedMs += ms;
  }
}

/** @returns why it is to be sent again, or nothing when it was applied. */
async function attemptStep(driver: SqlSession, { texts, concurrently }: Step): Promise<DatabaseError | undefined> {
  const refused = await attempt(driver, texts, [...TURNED_AWAY, TABLE_TOO_LARGE]);
  if (refused?.sqlState !== TABLE_TOO_LARGE || concurrently === undefined) return refused;
  // It waits for those who write to the table, and nobody waits for it. What it leaves when it is cut, the texts clear.
  return (await attempt(driver, [concurrently], MET_ANOTHER_BUILD)) ?? (await attempt(driver, texts, TURNED_AWAY));
}

/** @returns the error of the first text that fails in one of the ways given; any other is thrown. */
async function attempt(
  driver: SqlSession,
  texts: readonly string[],
  expected: readonly string[],
): Promise<DatabaseError | undefined> {
  try {
    for (const text of texts)
      await driver.run({ name: 'bearmq_migrate', text, values: [], plan: 'anew', mayTakeLong: true });
    return undefined;
  } catch (error) {
    if (hasSqlState(error, ...expected) && (error.sqlState !== internalError || SAME_ROW.test(error.message))) {
      return error;
    }
    throw error;
  }
}
