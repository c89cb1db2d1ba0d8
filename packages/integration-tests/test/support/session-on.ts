import { type SqlSession, toDatabaseError } from '@bearmq/core/driver';
import type pg from 'pg';

/** A session on one client that outlives transactions, as that of a listening connection does; `fromPg` gives none. */
export function sessionOn(client: pg.ClientBase): SqlSession {
  return {
    run: async ({ text, values }) => {
      try {
        return (await client.query({ text, values: [...values], rowMode: 'array' })).rows;
      } catch (error) {
        throw toDatabaseError(error);
      }
    },
  };
}
