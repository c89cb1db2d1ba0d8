import pg from 'pg';

/** What the server counts of a database, asked from outside of it so that the asking does not count. */
export interface DatabaseActivity {
  /** Statements since the server began to count. */
  statements(): Promise<number>;
  connections(): Promise<number>;
  close(): Promise<void>;
}

const STATEMENTS = `select coalesce(sum(calls), 0)::int as n from pg_stat_statements
  where toplevel and dbid = (select oid from pg_database where datname = $1)`;
const CONNECTIONS = `select count(*)::int as n from pg_stat_activity
  where datname = $1 and backend_type = 'client backend'`;

export async function watchDatabase(url: string): Promise<DatabaseActivity> {
  const database = new URL(url).pathname.slice(1);
  const outside = new URL(url);
  outside.pathname = '/postgres';
  const client = new pg.Client({ connectionString: outside.href });
  await client.connect();
  const count = async (sql: string): Promise<number> => {
    const { rows } = await client.query<{ n: number }>(sql, [database]);
    return rows[0]?.n ?? Number.NaN;
  };
  return { statements: () => count(STATEMENTS), connections: () => count(CONNECTIONS), close: () => client.end() };
}
