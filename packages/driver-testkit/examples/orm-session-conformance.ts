import { describe, it } from 'node:test';
import { sessionConformance } from '@bearmq/driver-testkit';
import { Client } from 'pg';
import { fromOrm } from './orm-session.ts';

sessionConformance(
  { describe, it },
  {
    name: 'my ORM',
    sessions: {
      transaction: async (use) => {
        const orm = new Client({ connectionString: process.env.DATABASE_URL });
        await orm.connect();
        try {
          await orm.query('begin');
          await use(fromOrm(async (text, values) => (await orm.query(text, values)).rows));
        } finally {
          await orm.query('rollback');
          await orm.end();
        }
      },
    },
  },
);
