import { checkedValues, type SqlSession, type SqlValue, toDatabaseError } from '@bearmq/core/driver';

/** What most ORMs and query builders have in a transaction: raw SQL with `$1`, `$2`, …; rows as objects. */
type RawQuery = (text: string, values: SqlValue[]) => Promise<readonly object[]>;

/** Makes a session of your ORM's open transaction. */
export function fromOrm(query: RawQuery): SqlSession {
  return {
    run: async (statement) => {
      const values = checkedValues(statement);
      try {
        const rows = await query(statement.text, values);
        return rows.map((row) => Object.values(row)); // by position, whatever the columns are called
      } catch (error) {
        throw toDatabaseError(error);
      }
    },
  };
}
