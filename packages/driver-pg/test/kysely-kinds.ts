import { fromKysely } from '@bearmq/core/kysely';
import type { SessionFactory } from '@bearmq/driver-testkit';
import { undone } from '@bearmq/test-database/driver-tests';
import { CamelCasePlugin, Kysely, type KyselyConfig, ParseJSONResultsPlugin, PostgresDialect } from 'kysely';
import * as kysely28 from 'kysely-0.28';
import { newPool } from './support.ts';

type Settings = Omit<KyselyConfig, 'dialect'>;

async function withKysely(settings: Settings, use: (db: Kysely<unknown>) => Promise<void>): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: newPool() }), ...settings });
  await use(db).finally(() => db.destroy());
}

function viaTransaction(settings: Settings = {}): SessionFactory {
  return (use) =>
    withKysely(settings, (db) =>
      undone((undo) =>
        db.transaction().execute(async (trx) => {
          await use(fromKysely(trx));
          undo();
        }),
      ),
    );
}

function viaControlledTransaction(settings: Settings = {}): SessionFactory {
  return (use) =>
    withKysely(settings, async (db) => {
      const trx = await db.startTransaction().execute();
      await use(fromKysely(trx)).finally(() => trx.rollback().execute());
    });
}

const viaSavepoint: SessionFactory = (use) =>
  withKysely({}, async (db) => {
    const trx = await db.startTransaction().execute();
    const savepoint = await trx.savepoint('before').execute();
    await use(fromKysely(savepoint)).finally(() => trx.rollback().execute());
  });

const viaSchema: SessionFactory = (use) =>
  withKysely({}, (db) =>
    undone((undo) =>
      db
        .transaction()
        .setIsolationLevel('serializable')
        .execute(async (trx) => {
          await use(fromKysely(trx.withSchema('elsewhere')));
          undo();
        }),
    ),
  );

/** The last one that says of itself that it runs on Node.js 20. */
async function withKysely28(use: (db: kysely28.Kysely<unknown>) => Promise<void>): Promise<void> {
  const dialect = new kysely28.PostgresDialect({ pool: newPool() });
  const db = new kysely28.Kysely<unknown>({ dialect, plugins: [new kysely28.CamelCasePlugin()] });
  await use(db).finally(() => db.destroy());
}

const viaTransaction28: SessionFactory = (use) =>
  withKysely28((db) =>
    undone((undo) =>
      db.transaction().execute(async (trx) => {
        await use(fromKysely(trx));
        undo();
      }),
    ),
  );

const viaControlledTransaction28: SessionFactory = (use) =>
  withKysely28(async (db) => {
    const trx = await db.startTransaction().execute();
    await use(fromKysely(trx)).finally(() => trx.rollback().execute());
  });

/** Kysely's transactions, in every way of making one. */
export const kyselyKinds: Readonly<Record<string, SessionFactory>> = {
  'kysely transaction': viaTransaction(),
  'kysely transaction, camel case': viaTransaction({ plugins: [new CamelCasePlugin()] }),
  'kysely transaction, JSON parsed': viaTransaction({ plugins: [new ParseJSONResultsPlugin(), new CamelCasePlugin()] }),
  'kysely transaction, logged': viaTransaction({ log: (event) => void JSON.stringify(event.query) }),
  'kysely transaction, another schema': viaSchema,
  'kysely controlled transaction': viaControlledTransaction(),
  'kysely controlled transaction, camel case': viaControlledTransaction({ plugins: [new CamelCasePlugin()] }),
  'kysely savepoint': viaSavepoint,
  'kysely 0.28 transaction, camel case': viaTransaction28,
  'kysely 0.28 controlled transaction, camel case': viaControlledTransaction28,
};
