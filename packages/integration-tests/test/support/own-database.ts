import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { directUrl } from './way.ts';

/** A database of a test file's own, on the suite's server. */
export interface OwnDatabase {
  /** The same way as `url` takes, to this database. */
  at(url: string): string;
  create(): Promise<void>;
  /** Ends who is still connected. */
  drop(): Promise<void>;
}

export function ownDatabase(): OwnDatabase {
  const name = `bearmq_test_${randomBytes(5).toString('hex')}`;
  return {
    at: (url) => Object.assign(new URL(url), { pathname: name }).href,
    create: async () => void (await query(directUrl(), `create database ${name}`)),
    drop: async () => void (await query(directUrl(), `drop database ${name} with (force)`)),
  };
}

/** Runs one statement on a connection of its own. */
export async function query(connectionString: string, sql: string): Promise<object[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}
