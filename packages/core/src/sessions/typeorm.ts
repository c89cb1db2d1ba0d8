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

/** What {@link fromTypeOrm} needs of TypeORM's `EntityManager`, by shape, so that its version is the user's. */
export interface TypeOrmManager {
  readonly queryRunner?: TypeOrmRunner | undefined;
}

/** What runs the queries of an `EntityManager` that has a connection to itself. */
export interface TypeOrmRunner {
  readonly isTransactionActive: boolean;
  query(query: string, parameters: never[], useStructuredResult: true): Promise<{ readonly records: unknown[] }>;
}

/**
 * The caller's own transaction: a session on the manager that TypeORM hands to the callback of a transaction, or on that of a
 * query runner of yours on which you said `startTransaction`. What runs through it commits or rolls back with everything else
 * in that transaction.
 *
 * ```ts
 * await dataSource.transaction(async (manager) => {
 *   const order = await manager.save(Order, { email });
 *   await sendMail.enqueue({ orderId: order.id }, { tx: fromTypeOrm(manager) });
 * });
 * ```
 *
 * The manager of a nested transaction (a savepoint) will do as well. A `logger` of yours sees the statements and their
 * parameters, payloads among them.
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL; a nested transaction around it can be rolled
 * back alone.
 *
 * @param manager of TypeORM 0.3 or later, on PostgreSQL.
 * @throws InvalidOptionError when given the manager of a data source, or something that is no manager of TypeORM at all; and
 *   from what runs through it, when no transaction was begun on it.
 */
export function fromTypeOrm(manager: TypeOrmManager): SqlSession {
  return new TypeOrmSession(runnerOf(manager));
}

function runnerOf(given: unknown): TypeOrmRunner {
  const { queryRunner, transaction } = readSafely('fromTypeOrm()', () => {
    const { queryRunner, transaction } = (given ?? {}) as Record<string, unknown>;
    return { queryRunner: queryRunner as Partial<TypeOrmRunner> | undefined, transaction };
  });
  if (typeof queryRunner?.query === 'function') return queryRunner as TypeOrmRunner;
  if (typeof transaction === 'function') {
    throw new InvalidOptionError(
      'fromTypeOrm()',
      'was given a manager that runs each query on any of its connections, outside of your transaction: ' +
        'pass what TypeORM hands to its callback (`await dataSource.transaction(async (manager) => …fromTypeOrm(manager)…)`)',
    );
  }
  throw new InvalidOptionError(
    'fromTypeOrm()',
    'needs the manager that `dataSource.transaction` hands to its callback, or that of a query runner',
  );
}

class TypeOrmSession implements SqlSession {
  readonly #runner: TypeOrmRunner;
  #wasActive = false;

  constructor(runner: TypeOrmRunner) {
    this.#runner = runner;
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    const values = checkedValues(statement);
    this.#refuseOutside();
    try {
      return rowsByPosition((await this.#runner.query(statement.text, values as never[], true)).records);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  #refuseOutside(): void {
    if (this.#runner.isTransactionActive) this.#wasActive = true;
    else if (this.#wasActive) throw hasEnded();
    else {
      throw new InvalidOptionError(
        'fromTypeOrm()',
        'was given the manager of a query runner that is in no transaction, so nothing would commit with your own ' +
          'writes: begin one on it (`await queryRunner.startTransaction()`), or leave `tx` out',
      );
    }
  }
}
