import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Resolves to what `use` does with the address of an empty database. */
export async function withDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const url = process.env['BEARMQ_TEST_URL'] ?? '';
  const name = `bearmq_smoke_${randomBytes(5).toString('hex')}`;
  const own = new URL(url);
  own.pathname = name;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(`create database ${name}`);
    return await use(own.href);
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
}
