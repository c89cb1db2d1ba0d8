// #region context
import { Context } from 'bearmq';
import { Pool } from 'pg';

export const pool = new Pool({ connectionString: process.env.DATABASE_URL });
export const context = new Context({ pool, schema: '_bearmq' });
// #endregion context
