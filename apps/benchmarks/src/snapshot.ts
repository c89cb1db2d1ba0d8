import pg from 'pg';

/** Opens a transaction that sees the database as it is now. @returns what ends it */
export async function holdSnapshot(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin isolation level repeatable read');
  await client.query('select count(*) from pg_class'); // the snapshot is taken by the first statement
  return async () => {
    await client.query('commit');
    await client.end();
  };
}
