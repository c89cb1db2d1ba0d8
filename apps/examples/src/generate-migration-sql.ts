// #region generate-migration-sql
import { generateMigrationSql } from 'bearmq';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
for (const sql of generateMigrationSql('_bearmq')) await pool.query(sql);
await pool.end();
// #endregion generate-migration-sql
