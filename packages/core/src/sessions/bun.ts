import {
  checkedValues,
  DatabaseError,
  hasSqlState,
  InvalidOptionError,
  readSafely,
  SQL_STATES,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  toDatabaseError,
} from '../driver/index.ts';
import { hasEnded } from './ended.ts';
import { cutAtPlaceholders } from './placeholders.ts';

/** A query of Bun's `sql` that has not been sent yet. */
export interface BunSqlQuery {
  /** Sends it; rows are lists, in the order of the select list. */
  values(): PromiseLike<unknown>;
}

/**
 * What {@link fromBunSql} needs of Bun's `TransactionSQL`, `SavepointSQL` or `ReservedSQL`, by shape, so that nothing of Bun is
 * needed to compile. The client's own `sql` does not fit: it runs each query on any of its connections.
 */
export type BunSqlTransaction = {
  (texts: TemplateStringsArray, ...values: (string | null)[]): BunSqlQuery;
  unsafe(query: string): BunSqlQuery;
} & ({ savepoint(...args: never[]): unknown } | { release(): unknown });

/**
 * The caller's own transaction: a session on the `sql` that Bun's `sql.begin` hands to its callback. What runs through it commits
 * or rolls back with everything else in that callback.
 *
 * ```ts
 * import { sql } from 'bun';
 *
 * await sql.begin(async (tx) => {
 *   const [order] = await tx`insert into orders (email) values (${email}) returning id`;
 *   await sendMail.enqueue({ orderId: order.id }, { tx: fromBunSql(tx) });
 * });
 * ```
 *
 * The `sql` of a savepoint will do as well, and that of `sql.reserve()` after a `begin` of your own. The latter does not tell
 * whether it is in a transaction, so the server is asked before the first statement of a session.
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL; a savepoint around it can be rolled back alone.
 *
 * @param tx of Bun 1.4 or later, on PostgreSQL. The client itself does not compile.
 * @throws InvalidOptionError when given the client, one of another database, or something that is no `sql` of Bun at all; and
 *   from what runs through it, when a reserved connection is in no transaction.
 */
export function fromBunSql(tx: BunSqlTransaction): SqlSession {
  return new BunSqlSession(tx, isReserved(tx));
}

/** @returns whether it may be in no transaction. */
function isReserved(given: unknown): boolean {
  const { unsafe, savepoint, release, typed, adapter } = readSafely('fromBunSql()', () => {
    const { unsafe, savepoint, release, typed, options } = (given ?? {}) as Record<string, unknown>;
    const { adapter } = (options ?? {}) as { readonly adapter?: unknown };
    return { unsafe, savepoint, release, typed, adapter };
  });
  if (typeof unsafe !== 'function' || typeof typed === 'function') {
    throw new InvalidOptionError(
      'fromBunSql()',
      "needs the `sql` that Bun's sql.begin hands to its callback; that of postgres.js goes to fromPostgresJs",
    );
  }
  if (adapter !== undefined && adapter !== 'postgres') {
    throw new InvalidOptionError('fromBunSql()', `needs a transaction on PostgreSQL, got one on ${String(adapter)}`);
  }
  if (typeof savepoint === 'function') return false;
  if (typeof release === 'function') return true;
  throw new InvalidOptionError(
    'fromBunSql()',
    'was given the client, which runs each query on any of its connections, outside of your transaction: ' +
      'pass what sql.begin hands to its callback (`await sql.begin(async (tx) => …fromBunSql(tx)…)`)',
  );
}

/** Outside of a transaction the server refuses it, and nothing has come of it. */
const IS_BEGUN = 'savepoint bearmq_begun; release savepoint bearmq_begun';

class BunSqlSession implements SqlSession {
  readonly #tx: BunSqlTransaction;
  #isToBeAsked: boolean;

  constructor(tx: BunSqlTransaction, isReserved: boolean) {
    this.#tx = tx;
    this.#isToBeAsked = isReserved;
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    const [texts, values] = toTemplate(statement);
    if (this.#isToBeAsked) await this.#ask();
    // Not `unsafe(text, values)`: before 1.4 Bun runs that after the end, on whatever connection is free.
    return (await rowsOf(() => this.#tx(texts, ...values))) as readonly SqlRow[];
  }

  async #ask(): Promise<void> {
    try {
      await rowsOf(() => this.#tx.unsafe(IS_BEGUN));
    } catch (error) {
      if (hasSqlState(error, SQL_STATES.noActiveSqlTransaction)) throw notInTransaction();
      throw error;
    }
    this.#isToBeAsked = false;
  }
}

/** The statement as if it had been written as a template: what stands between its values, and those. */
function toTemplate(statement: SqlStatement): readonly [TemplateStringsArray, readonly (string | null)[]] {
  // As texts: Bun reads them by the type that the server gives to a placeholder, and the statement's own casts say it.
  const values = checkedValues(statement).map((value) => (value === null ? null : String(value)));
  const { texts, numbers } = cutAtPlaceholders(statement.text);
  const inOrder = numbers.map((number) => {
    const value = values[number - 1];
    if (value === undefined) throw new TypeError(`no value for $${number} of ${statement.name}`);
    return value;
  });
  const template = Object.defineProperty([...texts], 'raw', { value: texts }) as unknown as TemplateStringsArray;
  return [template, inOrder];
}

async function rowsOf(query: () => BunSqlQuery): Promise<unknown> {
  try {
    const sent = query();
    // In place of a query, Bun before 1.4 gives a promise that is rejected, once the connection is gone.
    return await (typeof sent.values === 'function' ? sent.values() : sent);
  } catch (error) {
    throw inWords(error);
  }
}

/** What Bun says of an error; `errno` is the server's own code. */
interface BunSqlError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly constraint?: unknown;
  readonly message?: unknown;
}

function inWords(thrown: unknown): DatabaseError {
  const { code, errno, constraint, message } = (thrown ?? {}) as BunSqlError;
  if (code === 'ERR_POSTGRES_INVALID_TRANSACTION_STATE') return hasEnded(thrown);
  if (typeof errno !== 'string') return toDatabaseError(thrown);
  const details = { sqlState: errno, constraint: typeof constraint === 'string' ? constraint : null };
  return new DatabaseError(String(message), details, thrown);
}

function notInTransaction(): InvalidOptionError {
  return new InvalidOptionError(
    'fromBunSql()',
    'was given a reserved connection that is in no transaction, so nothing would commit with your own writes: begin one ' +
      'on it (`await reserved.begin(async (tx) => …fromBunSql(tx)…)`), or leave `tx` out',
  );
}
