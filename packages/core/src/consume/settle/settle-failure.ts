import { DatabaseError } from '../../driver/index.ts';
import { isMissing } from '../../statements/read-schema-version.ts';

/**
 * What to do when a settle failed:
 * - `away`: the database cannot be reached, or cannot answer now: the same again after a pause;
 * - `too much`: perhaps it could not be done in the time, or with the memory, that there is: less of it, at once;
 * - `refused`: something in it can never be recorded: find out what, and go on with the rest.
 */
export type SettleFailure = 'away' | 'too much' | 'refused';

/** A timeout of the statement or of a lock, a limit of the server's, no memory. */
const TOO_MUCH = /^(57014|55P03|54...|53200|53400)$/;

export function failureOf(error: unknown): SettleFailure {
  if (!(error instanceof DatabaseError) || error.sqlState === null) return 'away';
  if (TOO_MUCH.test(error.sqlState)) return 'too much';
  return error.isRetryable ? 'away' : 'refused';
}

/**
 * Whether it is more likely for the schema or the session to be at fault than for the outcome: a table that is gone, a
 * transaction that may not write. That is fixed by somebody, sooner or later, so nothing is given up for it.
 */
export function isOfAll(error: unknown): boolean {
  return isMissing(error) || (error instanceof DatabaseError && error.sqlState?.startsWith('25') === true);
}

/** An earlier job with the same id is in history: somebody has put it back by hand. */
export function isInHistory(error: unknown): boolean {
  return error instanceof DatabaseError && error.sqlState === '23505' && error.constraint === 'finalized_job_pkey';
}

/** A character that the database's encoding does not have. */
export function isNotInEncoding(error: unknown): boolean {
  return error instanceof DatabaseError && (error.sqlState === '22P05' || error.sqlState === '22021');
}
