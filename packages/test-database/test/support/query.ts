import pg from 'pg';

/** Connects a client of its own for as long as `work` takes. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the server may be killed while we are connected
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Runs one statement on a connection of its own, and returns the first column of the first row. */
export async function queryValue(url: string, text: string): Promise<unknown> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return rows[0]?.[0];
  });
}
