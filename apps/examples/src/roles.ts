// #region roles
import { generateGrantSql } from 'bearmq';
import { Pool } from 'pg';

const { WEB_ROLE = 'web', WORKERS_ROLE = 'workers' } = process.env;

const pool = new Pool({ connectionString: process.env.DATABASE_URL }); // as the role that runs the migrations
const grants = [
  ...generateGrantSql({ schema: '_bearmq', role: WEB_ROLE, to: 'producer' }),
  ...generateGrantSql({ schema: '_bearmq', role: WORKERS_ROLE, to: 'worker' }),
];
for (const sql of grants) await pool.query(sql);
await pool.end();
// #endregion roles
