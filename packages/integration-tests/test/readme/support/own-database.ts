import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { generateMigrationSql } from 'bearmq';
import pg from 'pg';
import { databaseUrl, directUrl } from '../../support/database.ts';

/**
 * Gives a test file a database of its own, named by `DATABASE_URL` as in the README, with the schemas that the README
 * uses. They have fixed names there, so in a shared database they could be somebody's.
 */
export function useOwnDatabase(...schemas: readonly string[]): { rows(sql: string): Promise<object[]> } {
  const name = `bearmq_readme_${randomBytes(5).toString('hex')}`;
  const before = process.env['DATABASE_URL'];
  beforeAll(async () => {
    await query(directUrl(), `create database ${name}`);
    const url = new URL(databaseUrl());
    url.pathname = name;
    process.env['DATABASE_URL'] = url.href;
    for (const sql of schemas.flatMap(generateMigrationSql)) await query(url.href, sql);
  });
  afterAll(async () => {
    if (before === undefined) delete process.env['DATABASE_URL'];
    else process.env['DATABASE_URL'] = before;
    await query(directUrl(), `drop database ${name} with (force)`);
  });
  return { rows: (sql) => query(process.env['DATABASE_URL'] ?? '', sql) };
}

async function query(connectionString: string, sql: string): Promise<object[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}
