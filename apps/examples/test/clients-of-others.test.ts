import type { SqlSession } from '@bearmq/core/driver';
import { type SessionFactory, sessionConformance, type TestRunner } from '@bearmq/driver-testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import { PrismaPg } from '@prisma/adapter-pg';
import { fromKnex } from 'bearmq/knex';
import { fromMikroOrm } from 'bearmq/mikro-orm';
import { fromPrisma } from 'bearmq/prisma';
import { fromSequelize } from 'bearmq/sequelize';
import { fromTypeOrm } from 'bearmq/typeorm';
import knex, { type Knex } from 'knex';
import pgPromise from 'pg-promise';
import { Sequelize } from 'sequelize';
import { DataSource } from 'typeorm';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { fromPgPromise } from '../src/recipes/from-pg-promise.ts';

const url = process.env['BEARMQ_TEST_URL'] as string;
let prisma: PrismaClient;
let knexDb: Knex;
let dataSource: DataSource;
let orm: MikroORM;
let sequelize: Sequelize;
const pgp = pgPromise();
const pgPromiseDb = pgp(url);

beforeAll(async () => {
  prisma = new PrismaClient({ adapter: new PrismaPg(url) });
  knexDb = knex({ client: 'pg', connection: url });
  dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  orm = await MikroORM.init({ clientUrl: url, entities: [], discovery: { warnWhenNoEntities: false } });
  sequelize = new Sequelize(url, { logging: false });
});
afterAll(async () => {
  await Promise.all([prisma.$disconnect(), knexDb.destroy(), dataSource.destroy(), orm.close(), sequelize.close()]);
  await pgPromiseDb.$pool.end();
});

type Use = (session: SqlSession) => Promise<void>;

/** Runs the use in a transaction that is committed when it resolves, and rolled back when it rejects. */
const transactions: Readonly<Record<string, (use: Use) => Promise<unknown>>> = {
  Prisma: (use) => prisma.$transaction((tx) => use(fromPrisma(tx))),
  Knex: (use) => knexDb.transaction((trx) => use(fromKnex(trx))),
  TypeORM: (use) => dataSource.transaction((manager) => use(fromTypeOrm(manager))),
  MikroORM: (use) => orm.em.fork().transactional((em) => use(fromMikroOrm(em))),
  Sequelize: (use) => sequelize.transaction((transaction) => use(fromSequelize(transaction))),
  'pg-promise': (use) => pgPromiseDb.tx((t) => use(fromPgPromise(t))),
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
    // @ts-expect-error the client itself
    expect(() => fromPrisma(prisma)).toThrow('pass what Prisma hands to its callback');
    // @ts-expect-error nothing
    expect(() => fromPrisma(undefined)).toThrow('fromPrisma() needs the transaction');
  });

  it('Knex itself', () => {
    expect(() => fromKnex(knexDb as unknown as Knex.Transaction)).toThrow('pass what Knex hands to its callback');
    // @ts-expect-error Knex itself
    expect(() => fromKnex(knexDb)).toThrow('pass what Knex hands to its callback');
    // @ts-expect-error nothing
    expect(() => fromKnex(null)).toThrow('fromKnex() needs the transaction');
  });

  it("TypeORM's manager outside of a transaction, and that of a query runner which has begun none", async () => {
    expect(() => fromTypeOrm(dataSource.manager)).toThrow('pass what TypeORM hands to its callback');
    // @ts-expect-error a data source
    expect(() => fromTypeOrm(dataSource)).toThrow('fromTypeOrm()');
    const runner = dataSource.createQueryRunner();
    try {
      await expect(fromTypeOrm(runner.manager).run(statement)).rejects.toThrow('await queryRunner.startTransaction()');
      await runner.startTransaction();
      expect(await fromTypeOrm(runner.manager).run(statement)).toEqual([[1]]);
      await runner.rollbackTransaction();
    } finally {
      await runner.release();
    }
  });

  it("MikroORM's manager outside of a transaction, and one of MikroORM 6", async () => {
    expect(() => fromMikroOrm(orm.em.fork())).toThrow('pass what MikroORM hands to its callback');
    // @ts-expect-error the ORM itself
    expect(() => fromMikroOrm(orm)).toThrow('fromMikroOrm() needs the entity manager');
    await knexDb.transaction(async (trx) => {
      const sixth = { getTransactionContext: () => trx };
      expect(() => fromMikroOrm(sixth)).toThrow("pass `fromKnex(em.getTransactionContext())` of 'bearmq/knex'");
    });
  });

  it('Sequelize itself', () => {
    // @ts-expect-error Sequelize itself
    expect(() => fromSequelize(sequelize)).toThrow('needs the open transaction that Sequelize hands to its callback');
    // @ts-expect-error nothing
    expect(() => fromSequelize(undefined)).toThrow('needs the open transaction that Sequelize hands to its callback');
  });

  it('a task of pg-promise that is no transaction', async () => {
    await pgPromiseDb.task(async (t) => {
      expect(() => fromPgPromise(t)).toThrow('pass the t of db.tx');
    });
  });
});
