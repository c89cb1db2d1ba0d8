import pg from 'pg';

/** Runs one statement on a connection of its own, and returns the first column of the first row. */
export async function queryValue(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the server may be killed while we are connected
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}
