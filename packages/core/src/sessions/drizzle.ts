import {
  checkedValues,
  InvalidOptionError,
  inTurn,
  readSafely,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  toDatabaseError,
} from '../driver/index.ts';
import { rowsByPosition } from './object-rows.ts';
import { cutAtPlaceholders } from './placeholders.ts';

/**
 * What {@link fromDrizzle} needs of a Drizzle transaction (a `PgTransaction`), by shape, so that its version is the
 * user's. A bare database does not fit.
 */
export interface DrizzleTransaction {
  execute(query: never): PromiseLike<unknown>;
  rollback(): never;
  setTransaction(config: never): Promise<unknown>;
}

/** What {@link fromDrizzle} needs of the `sql` tag that `drizzle-orm` exports. */
export interface DrizzleSql {
  raw(text: string): object;
  param(value: string | number | boolean | null): object;
  join(chunks: never[]): object;
}

/**
 * The caller's own transaction: a session on what Drizzle hands to the callback of a transaction. What runs through it
 * commits or rolls back with everything else in that callback.
 *
 * ```ts
 * import { sql } from 'drizzle-orm';
 *
 * await db.transaction(async (tx) => {
 *   await tx.insert(orders).values(order);
 *   await ship.enqueue({ order: order.id }, { tx: fromDrizzle(tx, sql) });
 * });
 * ```
 *
 * The `tx` of a nested transaction (a savepoint) will do as well. A `logger` of yours sees the statements and their
 * parameters, payloads among them. Parameters are texts and numbers, sent as your client sends them, and rows come as
 * its type parsers make them; enqueueing reads none.
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL; a nested transaction around it can be
 * rolled back alone. (Not with postgres.js: it rolls all of it back, even when the error was caught.)
 *
 * @param tx of drizzle-orm 0.45 or later, on PostgreSQL: over node-postgres, postgres.js, PGlite, or any other client
 *   that has transactions. A database does not compile.
 * @param sql the tag of the same drizzle-orm: `import { sql } from 'drizzle-orm'`.
 * @throws InvalidOptionError when given the database, or something that is no transaction of Drizzle at all, or another `sql`.
 */
export function fromDrizzle(tx: DrizzleTransaction, sql: DrizzleSql): SqlSession {
  refuseOthers(tx);
  refuseOtherTags(sql);
  return new DrizzleSession(tx, sql);
}

function refuseOthers(given: unknown): void {
  const { execute, transaction, rollback, setTransaction } = readSafely('fromDrizzle()', () => {
    const { execute, transaction, rollback, setTransaction } = (given ?? {}) as Record<string, unknown>;
    return { execute, transaction, rollback, setTransaction };
  });
  const isFunction = (one: unknown): boolean => typeof one === 'function';
  if (isFunction(execute) && isFunction(transaction) && rollback === undefined) {
    throw new InvalidOptionError(
      'fromDrizzle()',
      'was given the database, which runs each query on any of its connections, outside of your ' +
        'transaction: pass what Drizzle hands to its callback (`await db.transaction(async (tx) => …fromDrizzle(tx, sql)…)`)',
    );
  }
  if (![execute, rollback, setTransaction].every(isFunction)) {
    throw new InvalidOptionError(
      'fromDrizzle()',
      'needs the transaction on PostgreSQL that `db.transaction` hands to its callback',
    );
  }
}

function refuseOtherTags(given: unknown): void {
  const { raw, param, join } = readSafely('fromDrizzle()', () => {
    const { raw, param, join } = (given ?? {}) as Record<string, unknown>;
    return { raw, param, join };
  });
  if ([raw, param, join].every((one) => typeof one === 'function')) return;
  throw new InvalidOptionError(
    'fromDrizzle()',
    "needs Drizzle's own `sql` as its second argument: `import { sql } from 'drizzle-orm'`",
  );
}

class DrizzleSession implements SqlSession {
  readonly #tx: DrizzleTransaction;
  readonly #sql: DrizzleSql;

  constructor(tx: DrizzleTransaction, sql: DrizzleSql) {
    this.#tx = tx;
    this.#sql = sql;
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    const query = toDrizzleQuery(this.#sql, statement);
    // node-postgres has deprecated its own queue, and Drizzle has none.
    return await inTurn(this.#tx, async () => {
      let result: unknown;
      try {
        result = await this.#tx.execute(query as never);
      } catch (error) {
        throw toDatabaseError(withoutParameters(error));
      }
      return rowsByPosition(rowsOf(result));
    });
  }
}

function toDrizzleQuery(sql: DrizzleSql, statement: SqlStatement): object {
  const values = checkedValues(statement);
  const { texts, numbers } = cutAtPlaceholders(statement.text);
  const chunks = texts.flatMap((text, index) => {
    const number = numbers[index];
    if (number === undefined) return [sql.raw(text)];
    const value = values[number - 1];
    if (value === undefined) throw new TypeError(`no value for $${number} of ${statement.name}`);
    return [sql.raw(text), sql.param(value)];
  });
  return sql.join(chunks as never[]);
}

/** A list, as postgres.js gives it, or an object that has one, as node-postgres, PGlite and most others do. */
function rowsOf(result: unknown): readonly unknown[] {
  return Array.isArray(result) ? result : (result as { readonly rows: readonly unknown[] }).rows;
}

/**
 * What the client threw. Drizzle wraps it in an error whose message holds all parameters, which are payloads of jobs:
 * not for logs.
 */
function withoutParameters(error: unknown): unknown {
  const isWrapped = error instanceof Error && 'params' in error && 'query' in error;
  return isWrapped ? error.cause : error;
}
