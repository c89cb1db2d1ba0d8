import type { TestDatabase } from './test-database.ts';

// Jest loads set-up and teardown as two modules; what both must see goes through the global object.
declare global {
  var bearmqTestDatabase: TestDatabase | undefined;
}

/** The database of this Jest run. */
export const running: { database: TestDatabase | undefined } = {
  get database(): TestDatabase | undefined {
    return globalThis.bearmqTestDatabase;
  },
  set database(database: TestDatabase | undefined) {
    globalThis.bearmqTestDatabase = database;
  },
};
