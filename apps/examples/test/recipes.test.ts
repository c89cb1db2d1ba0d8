import type { SqlSession } from '@bearmq/core/driver';
import { type SessionFactory, sessionConformance, type TestRunner } from '@bearmq/driver-testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import knex, { type Knex } from 'knex';
import { DataSource } from 'typeorm';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { fromKnex } from '../src/recipes/from-knex.ts';
import { fromPrisma } from '../src/recipes/from-prisma.ts';
import { fromTypeOrm } from '../src/recipes/from-typeorm.ts';

const url = process.env['BEARMQ_TEST_URL'] as string;
let prisma: PrismaClient;
let knexDb: Knex;
let dataSource: DataSource;

beforeAll(async () => {
  prisma = new PrismaClient({ adapter: new PrismaPg(url) });
  knexDb = knex({ client: 'pg', connection: url });
  dataSource = await new DataSource({ type: 'postgres', url }).initialize();
});
afterAll(() => Promise.all([prisma.$disconnect(), knexDb.destroy(), dataSource.destroy()]));

type Use = (session: SqlSession) => Promise<void>;

/** Runs the use in a transaction that is committed when it resolves, and rolled back when it rejects. */
const transactions: Readonly<Record<string, (use: Use) => Promise<unknown>>> = {
  Prisma: (use) => prisma.$transaction((tx) => use(fromPrisma(tx))),
  Knex: (use) => knexDb.transaction((trx) => use(fromKnex(trx))),
  TypeORM: (use) => dataSource.transaction((manager) => use(fromTypeOrm(manager))),
};

/** A session whose transaction is rolled back after its use, however that ends. */
function rolledBack(transaction: (use: Use) => Promise<unknown>): SessionFactory {
  return async (use) => {
    const done = new Error('rolled back on purpose');
    const work = transaction(async (session) => {
      await use(session);
      throw done;
    });
    await work.catch((error: unknown) => {
      if (error !== done) throw error;
    });
  };
}

/** Prisma cannot read a `void`. No statement of BearMQ's gives one: they cast every column. */
const runnerOfPrisma: TestRunner = {
  describe,
  it: (title, run, limitMs) => {
    if (title !== 'accepts a function that returns nothing') return it(title, run, limitMs);
    const refused = () => expect(run()).rejects.toThrow("Failed to deserialize column of type 'void'");
    return it('cannot read what a function returns that returns nothing', refused, limitMs);
  },
};

for (const [name, transaction] of Object.entries(transactions)) {
  const runner = name === 'Prisma' ? runnerOfPrisma : { describe, it };
  const print = () => {}; // Jest reports as much
  sessionConformance(runner, { name, sessions: { transaction: rolledBack(transaction) }, print });
}

describe.each(Object.entries(transactions))('a session of %s', (_name, transaction) => {
  it.each(['commit', 'rollback'])('refuses statements after the %s', async (end) => {
    let session: SqlSession | undefined;
    const ended = transaction(async (given) => {
      session = given;
      if (end === 'rollback') throw new Error('on purpose');
    });
    await ended.catch(() => {});
    const statement = { name: 'late', text: 'select 1::int4 as value', values: [] };
    await expect(session?.run(statement)).rejects.toThrow(/transaction/i);
  });
});

describe('what is no transaction is refused, with what to pass:', () => {
  const statement = { name: 'outside', text: 'select 1::int4 as value', values: [] };

  it('the Prisma client', () => {
    expect(() => fromPrisma(prisma)).toThrow('pass the tx of prisma.$transaction');
  });

  it('Knex itself', () => {
    expect(() => fromKnex(knexDb as unknown as Knex.Transaction)).toThrow('pass the trx of knex.transaction');
  });

  it("TypeORM's manager outside of a transaction", async () => {
    await expect(fromTypeOrm(dataSource.manager).run(statement)).rejects.toThrow(
      'not the manager of an open transaction',
    );
  });
});
