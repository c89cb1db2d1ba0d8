import { checkedValues, DatabaseError, type SqlRow, type SqlSession } from '@bearmq/core/driver';
import type { Prisma } from '../generated/prisma/client.ts';

/** The `tx` of `prisma.$transaction(async (tx) => …)`, as BearMQ takes it. For Prisma 7 with `@prisma/adapter-pg`. */
export function fromPrisma(tx: Prisma.TransactionClient): SqlSession {
  if ('$connect' in tx)
    throw new TypeError('pass the tx of prisma.$transaction(async (tx) => …), not the client itself');
  return {
    run: async (statement) => {
      const texts = checkedValues(statement).map((value) => (value === null ? null : String(value)));
      try {
        const rows = await tx.$queryRawUnsafe<object[]>(statement.text, ...texts);
        return rows.map((row): SqlRow => Object.values(row));
      } catch (error) {
        throw toDatabaseError(error as PrismaError);
      }
    },
  };
}

interface PrismaError {
  readonly message: string;
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: ServerError } };
}

interface ServerError {
  readonly originalCode?: string;
  readonly originalMessage?: string;
  readonly constraint?: { readonly index?: string };
}

/** What the server said lies deep in what Prisma says. */
function toDatabaseError(error: PrismaError): DatabaseError {
  const { originalCode = null, originalMessage, constraint } = error.meta?.driverAdapterError?.cause ?? {};
  const details = { sqlState: originalCode, constraint: constraint?.index ?? null };
  return new DatabaseError(originalMessage ?? error.message, details, error);
}
