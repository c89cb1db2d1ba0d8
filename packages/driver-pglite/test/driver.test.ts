import { DatabaseError, type SqlSession } from '@bearmq/core/driver';
import { notify, noting, oneValue, statement, unique } from '@bearmq/test-database/driver-tests';
import { rejectionOf, soon, until } from '@bearmq/test-support';
import { PGlite, type PGliteInterface, type Transaction } from '@electric-sql/pglite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fromPglite, type PgliteDatabase, type PgliteTransaction, pgliteDriver } from '../src/index.ts';

const db = await PGlite.create();
afterAll(() => db.close());
const driver = pgliteDriver({ db });
const ONE = 'select 1::int4 as value';
const FAILS = statement('select 1::int4 / 0 as value');

describe('pgliteDriver', () => {
  it('refuses what is no database', () => {
    // @ts-expect-error nothing
    expect(() => pgliteDriver({})).toThrow('pgliteDriver({ db: await PGlite.create() })');
  });

  it('takes the types of PGlite as they are declared', () => {
    const classFits: (database: PGlite) => PgliteDatabase = (database) => database;
    const interfaceFits: (database: PGliteInterface) => PgliteDatabase = (database) => database;
    const transactionFits: (tx: Transaction) => PgliteTransaction = (tx) => tx;
    expect([classFits, interfaceFits, transactionFits]).toHaveLength(3);
  });

  it('leaves the database open, and still serves it, when closed', async () => {
    const closed = pgliteDriver({ db });
    await closed.close();
    expect(await oneValue(closed, ONE)).toBe(1);
    expect(await closed.transaction((tx) => oneValue(tx, ONE))).toBe(1);
    expect(() => closed.listen('anything', noting().listener)).toThrow('closed');
    expect(db.closed).toBe(false);
  });

  it('tells a database that the program has closed from other failures', async () => {
    const other = new PGlite();
    const ended = pgliteDriver({ db: other });
    expect(await rejectionOf(ended.run(FAILS))).toMatchObject({ sqlState: '22012', isClientClosed: false });
    await other.close();
    for (const refused of [oneValue(ended, ONE), ended.transaction(async () => undefined)]) {
      expect(await rejectionOf(refused)).toMatchObject({ isClientClosed: true, isRetryable: false });
    }
  });
});

describe('a transaction', () => {
  it('holds up what comes from elsewhere until it has ended', async () => {
    const order: string[] = [];
    let beside: Promise<unknown> | undefined;
    let begin: () => void = () => undefined;
    const elsewhere = new Promise<void>((resolve) => {
      begin = resolve;
    }).then(() => {
      beside = oneValue(driver, ONE).then(() => order.push('beside'));
    });
    await driver.transaction(async (tx) => {
      begin();
      await elsewhere;
      await oneValue(tx, ONE);
      order.push('inside');
    });
    await beside;
    expect(order).toEqual(['inside', 'beside']);
  });

  it('refuses statements and transactions of the driver, or of another on the same database, in its work', async () => {
    await driver.transaction(async (tx) => {
      for (const one of [driver, pgliteDriver({ db })]) {
        const calls = [one.run(statement(ONE)), one.transaction(async () => 1)];
        for (const call of calls.map(rejectionOf)) {
          const error = await soon('the refusal', call);
          expect(error).toMatchObject({ name: 'DatabaseError', sqlState: '25001', isRetryable: false });
          expect(String(error)).toContain('through the session that the work was given');
        }
      }
      await oneValue(tx, ONE);
    });
    expect(await oneValue(driver, ONE)).toBe(1);
  });

  it('is refused within one of another database within its work, too', async () => {
    const tx: PgliteTransaction = { query: async () => ({ rows: [] }), closed: false };
    const other: PgliteDatabase = {
      query: tx.query,
      transaction: (work) => work(tx),
      onNotification: () => () => undefined,
    };
    const nested = driver.transaction(async () => {
      await pgliteDriver({ db: other }).transaction(() => driver.transaction(async () => 1));
    });
    expect(await rejectionOf(soon('the refusal', nested))).toMatchObject({ sqlState: '25001' });
  });

  it('lets what was begun in its work go on after it', async () => {
    let after: (() => Promise<unknown>) | undefined;
    await driver.transaction(async () => {
      // As a timer or a daemon would do that was made in there.
      after = () => oneValue(driver, ONE);
    });
    let later: Promise<unknown> | undefined;
    await driver.transaction(async () => {
      later = new Promise((resolve) => setImmediate(resolve)).then(() => oneValue(driver, ONE));
    });
    expect([await after?.(), await later]).toEqual([1, 1]);
  });

  it('commits after an error that was undone to a savepoint', async () => {
    const value = await driver.transaction(async (tx) => {
      await tx.run(statement('savepoint before'));
      await rejectionOf(tx.run(FAILS));
      await tx.run(statement('rollback to before'));
      return await oneValue(tx, ONE);
    });
    expect(value).toBe(1);
  });

  it('takes in statements that its work did not wait for, and rejects when one fails', async () => {
    let late: Promise<unknown> | undefined;
    await driver.transaction(async (tx) => {
      await tx.run(statement('create table bears (n int4)'));
      late = Promise.all([1, 2, 3].map((n) => tx.run(statement('insert into bears values ($1::int4)', n))));
    });
    await late;
    expect(await oneValue(driver, 'select count(*)::int4 as n from bears')).toBe(3);
    const failure = driver.transaction(async (tx) => void tx.run(FAILS).catch(() => undefined));
    expect(await rejectionOf(failure)).toMatchObject({ name: 'DatabaseError', sqlState: '22012' });
  });

  it('says that it has ended', async () => {
    let session: SqlSession | undefined;
    await driver.transaction(async (tx) => {
      session = tx;
    });
    const error = await rejectionOf((session as SqlSession).run(statement(ONE)));
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ sqlState: '25P01', isRetryable: false, message: 'this transaction has ended' });
  });
});

describe('fromPglite', () => {
  it('refuses the database itself, at compile time and at run time, and what runs no queries', () => {
    // @ts-expect-error the database is no transaction
    expect(() => fromPglite(db)).toThrow('fromPglite() was given the database');
    // @ts-expect-error nor is nothing
    expect(() => fromPglite(undefined)).toThrow('needs the transaction that db.transaction hands');
  });

  it('leaves commit and rollback to the caller, and says when there is no transaction any more', async () => {
    await db.exec('create table cubs (n int4)');
    const sessions: SqlSession[] = [];
    const insert = statement('insert into cubs values ($1::int4)', 1);
    const undone = db.transaction(async (tx) => {
      await fromPglite(tx).run(insert);
      throw new RangeError('on purpose');
    });
    expect(await rejectionOf(undone)).toBeInstanceOf(RangeError);
    await db.transaction(async (tx) => {
      sessions.push(fromPglite(tx));
      await fromPglite(tx).run(insert);
    });
    expect((await db.query('select * from cubs')).rows).toHaveLength(1);
    expect(await rejectionOf(sessions[0]?.run(insert) as Promise<unknown>)).toMatchObject({ sqlState: '25P01' });
  });
});

describe('a subscription', () => {
  it('leaves those of others on the same channel alone when it is closed', async () => {
    const channel = unique('shared');
    const heard: string[] = [];
    const unlisten = await db.listen(channel, (payload) => void heard.push(payload));
    const other = noting();
    pgliteDriver({ db }).listen(channel, other.listener);
    await other.noted('connected');
    const { listener, notes, noted } = noting();
    const subscription = driver.listen(channel, listener);
    await noted('connected');
    await subscription.close();
    await notify(driver, channel, 'for others');
    await other.noted(': for others');
    expect([heard, notes]).toEqual([['for others'], ['connected']]);
    await unlisten();
  });

  it('takes its listener off the database when it is closed', async () => {
    let listeners = 0;
    const counted: PgliteDatabase = {
      query: db.query.bind(db),
      transaction: db.transaction.bind(db),
      onNotification: (listener) => {
        listeners += 1;
        const off = db.onNotification(listener);
        return () => {
          listeners -= 1;
          off();
        };
      },
    };
    const subscription = pgliteDriver({ db: counted }).listen(unique('counted'), noting().listener);
    expect(listeners).toBe(1);
    await subscription.close();
    expect(listeners).toBe(0);
  });

  it('can be closed, and its driver too, within a transaction', async () => {
    const late = pgliteDriver({ db });
    const { listener, notes } = noting();
    await driver.transaction(async (tx) => {
      const subscription = late.listen(unique('inside'), listener);
      await soon('the close', subscription.close());
      await soon('the close of the driver', late.close());
      await oneValue(tx, ONE);
    });
    await oneValue(driver, ONE);
    expect(notes).toEqual([]);
  });

  it('waits for a database that is still starting, and is told of each failure after it was closed', async () => {
    const brief = new PGlite();
    const early = pgliteDriver({ db: brief });
    const first = noting();
    early.listen('early', first.listener);
    expect(await oneValue(early, ONE)).toBe(1);
    await first.noted('connected');
    await brief.close();
    const { listener, notes } = noting();
    const subscription = early.listen('late', listener);
    await until('two failures', () => notes.length >= 2);
    await subscription.close();
    expect(new Set(notes)).toEqual(new Set(['disconnected']));
  });
});
