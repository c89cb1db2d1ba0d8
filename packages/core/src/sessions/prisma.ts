import {
  checkedValues,
  DatabaseError,
  InvalidOptionError,
  readSafely,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
  toDatabaseError,
} from '../driver/index.ts';
import { hasEnded } from './ended.ts';
import { rowsByPosition } from './object-rows.ts';

/**
 * What {@link fromPrisma} needs of Prisma's `TransactionClient`, by shape, so that its version is the user's. A client does
 * not fit: it has `$connect`.
 */
export interface PrismaTransaction {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): PromiseLike<T>;
  readonly $connect?: undefined;
}

/**
 * The caller's own transaction: a session on what Prisma hands to the callback of an interactive transaction. What runs
 * through it commits or rolls back with everything else in that callback.
 *
 * ```ts
 * await prisma.$transaction(async (tx) => {
 *   const order = await tx.order.create({ data: { email } });
 *   await sendMail.enqueue({ orderId: order.id }, { tx: fromPrisma(tx) });
 * });
 * ```
 *
 * The queries of a batch (`prisma.$transaction([…])`) have no place for a job: use the form with a callback. A `log` of yours
 * sees the statements, and their parameters where you have asked for them. Prisma cuts a transaction off after five seconds,
 * unless its `timeout` says otherwise.
 *
 * A statement that fails leaves the transaction aborted, as ever in PostgreSQL.
 *
 * @param tx of Prisma 6 or later, on PostgreSQL. The client itself does not compile.
 * @throws InvalidOptionError when given the client, or something that is no transaction of Prisma at all.
 */
export function fromPrisma(tx: PrismaTransaction): SqlSession {
  refuseOthers(tx);
  return new PrismaSession(tx);
}

function refuseOthers(given: unknown): void {
  const { $connect, $queryRawUnsafe } = readSafely('fromPrisma()', () => {
    const { $connect, $queryRawUnsafe } = (given ?? {}) as Record<string, unknown>;
    return { $connect, $queryRawUnsafe };
  });
  if (typeof $connect === 'function') {
    throw new InvalidOptionError(
      'fromPrisma()',
      'was given the client, which runs each query on any of its connections, outside of your transaction: ' +
        'pass what Prisma hands to its callback (`await prisma.$transaction(async (tx) => …fromPrisma(tx)…)`)',
    );
  }
  if (typeof $queryRawUnsafe !== 'function') {
    throw new InvalidOptionError(
      'fromPrisma()',
      'needs the transaction that `prisma.$transaction` hands to its callback',
    );
  }
}

class PrismaSession implements SqlSession {
  readonly #tx: PrismaTransaction;

  constructor(tx: PrismaTransaction) {
    this.#tx = tx;
  }

  async run(statement: SqlStatement): Promise<readonly SqlRow[]> {
    // As texts: Prisma says of a number which type it has, and the statement's own casts say it better.
    const texts = checkedValues(statement).map((value) => (value === null ? null : String(value)));
    try {
      return rowsByPosition(await this.#tx.$queryRawUnsafe<readonly unknown[]>(statement.text, ...texts));
    } catch (error) {
      throw inWords(error);
    }
  }
}

/** What Prisma says of an error of the server: with a driver adapter (all of Prisma 7), or with its own engine. */
interface PrismaError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly meta?: {
    readonly code?: unknown;
    readonly message?: unknown;
    readonly driverAdapterError?: { readonly cause?: ServerError };
  };
}

interface ServerError {
  readonly originalCode?: string;
  readonly originalMessage?: string;
  readonly constraint?: { readonly index?: string };
}

/** Prisma's code for a transaction that is over, or was never there. */
const TRANSACTION_API = 'P2028';

/** What the server said lies deep in what Prisma says. */
function inWords(thrown: unknown): DatabaseError {
  const { code, message, meta } = (thrown ?? {}) as PrismaError;
  if (code === TRANSACTION_API) return hasEnded(thrown);
  const { originalCode, originalMessage, constraint } = meta?.driverAdapterError?.cause ?? {};
  if (originalCode !== undefined) {
    const details = { sqlState: originalCode, constraint: constraint?.index ?? null };
    return new DatabaseError(originalMessage ?? String(message), details, thrown);
  }
  if (typeof meta?.code === 'string') {
    return new DatabaseError(String(meta.message ?? message), { sqlState: meta.code, constraint: null }, thrown);
  }
  return toDatabaseError(thrown);
}
