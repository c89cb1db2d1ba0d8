/// <reference types="bun-types" />
import { fromBunSql } from 'bearmq/bun';
import { SQL } from 'bun';
import type { Client } from '../client.ts';

/** Transactions of Bun's own client; all else goes by `pg`, since BearMQ has no driver for it. */
export function onBunSql(url: string, pg: Client): Client {
  const sql = new SQL(url, { max: 5 });
  return {
    ...pg,
    transaction: async (work) => {
      await sql.begin(async (tx) => {
        await work(fromBunSql(tx));
      });
    },
    end: async () => {
      await sql.close();
      await pg.end();
    },
  };
}
