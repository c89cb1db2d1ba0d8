import {
  checkedValues,
  InvalidOptionError,
  readSafely,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  toDatabaseError,
} from '../driver/index.ts';
import { hasEnded } from './ended.ts';
import { rowsByPosition } from './object-rows.ts';

export type {
  BearTables,
  FinalizedJobRow,
  JobGroupRow,
  JobRow,
  JobsViewRow,
  ProcessRow,
  QueuesViewRow,
} from './bear-tables.ts';

/**
 * What {@link fromKysely} needs of Kysely's `Transaction` or `ControlledTransaction`, by shape, so that its version is
 * the user's. A bare `Kysely` does not fit.
 */
export interface KyselyTransaction {
  readonly isTransaction: true;
  /** Told by a `ControlledTransaction`, as is `isRolledBack`. */
  readonly isCommitted?: boolean;
  readonly isRolledBack?: boolean;
  withoutPlugins(): KyselyQueryRunner;
}

/** What runs a compiled query. */
export interface KyselyQueryRunner {
  executeQuery(query: never): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * The caller's own transaction: a session on what Kysely hands to the callback of a transaction, or on a controlled
 * transaction. What runs through it commits or rolls back with everything else in that transaction.
 *
 * ```ts
 * await db.transaction().execute(async (trx) => {
 *   await trx.insertInto('orders').values(order).execute();
 *   await ship.enqueue({ order: order.id }, { tx: fromKysely(trx) });
 * });
 * ```
 *
 * Kysely's plugins are passed by, so that none of them changes a payload; a `log` of yours sees the statements and
 * their parameters, payloads among them. Parameters are texts and numbers, sent as your client sends them, and rows
 * come as its type parsers make them; enqueueing reads none.
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL; go on from a savepoint of a controlled
 * transaction if you must.
 *
 * @param trx of kysely 0.28 or later, on PostgreSQL. A `Kysely` does not compile.
 * @throws InvalidOptionError when given a `Kysely`, or something that is no transaction of Kysely at all.
 */
export function fromKysely(trx: KyselyTransaction): SqlSession {
  refuseOthers(trx);
  return new KyselySession(trx);
}

function refuseOthers(given: unknown): void {
  const { isTransaction, withoutPlugins } = readSafely('fromKysely()', () => {
    const { isTransaction, withoutPlugins } = (given ?? {}) as Record<string, unknown>;
    return { isTransaction, withoutPlugins };
  });
  if (isTransaction === false) {
    throw new InvalidOptionError(
      'fromKysely()',
      'was given a Kysely, which runs each query on any of its connections, outside of your transaction: ' +
        'pass what Kysely hands to its callback (`await db.transaction().execute(async (trx) => …fromKysely(trx)…)`)',
    );
  }
  if (isTransaction !== true || typeof withoutPlugins !== 'function') {
    throw new InvalidOptionError(
      'fromKysely()',
      'needs the transaction that Kysely hands to its callback, or that `db.startTransaction().execute()` ' +
        'resolves to',
    );
  }
}

class KyselySession implements SqlSession {
  readonly #trx: KyselyTransaction;
  readonly #runner: KyselyQueryRunner;

  constructor(trx: KyselyTransaction) {
    this.#trx = trx;
    this.#runner = trx.withoutPlugins();
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    const query = toCompiledQuery(statement);
    // Some releases of Kysely refuse such a query themselves; of others it would run outside of the transaction.
    if (this.#trx.isCommitted === true || this.#trx.isRolledBack === true) throw hasEnded();
    try {
      return rowsByPosition((await this.#runner.executeQuery(query as never)).rows);
    } catch (error) {
      throw isOfItsEnd(error) ? hasEnded(error) : toDatabaseError(error);
    }
  }
}

/** What `CompiledQuery.raw(text, values)` of Kysely makes: dialects may look at the node to see what it is. */
function toCompiledQuery(statement: SqlStatement): object {
  const { text } = statement;
  return {
    sql: text,
    parameters: checkedValues(statement),
    query: { kind: 'RawNode', sqlFragments: [text], parameters: [] },
    queryId: { queryId: nextQueryId() },
  };
}

let queries = 0;

/** Kysely tells queries in flight apart by it. */
function nextQueryId(): string {
  queries += 1;
  return `bearmq_${queries}`;
}

/** Kysely itself refuses queries after the end, with an error that would look like that of a lost connection. */
function isOfItsEnd(error: unknown): boolean {
  return error instanceof Error && /^Transaction is already (committed|rolled back)/.test(error.message);
}
