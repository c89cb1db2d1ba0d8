import { afterAll, beforeAll } from '@jest/globals';
import { generateMigrationSql } from 'bearmq';
import { databaseUrl } from '../../support/database.ts';
import { ownDatabase, query } from '../../support/own-database.ts';

/**
 * Gives a test file a database of its own, named by `DATABASE_URL` as in the README, with the schemas that the README
 * uses. They have fixed names there, so in a shared database they could be somebody's.
 */
export function useOwnDatabase(...schemas: readonly string[]): { rows(sql: string): Promise<object[]> } {
  const database = ownDatabase();
  const before = process.env['DATABASE_URL'];
  beforeAll(async () => {
    await database.create();
    const url = database.at(databaseUrl());
    process.env['DATABASE_URL'] = url;
    for (const sql of schemas.flatMap(generateMigrationSql)) await query(url, sql);
  });
  afterAll(async () => {
    if (before === undefined) delete process.env['DATABASE_URL'];
    else process.env['DATABASE_URL'] = before;
    await database.drop();
  });
  return { rows: (sql) => query(process.env['DATABASE_URL'] ?? '', sql) };
}
