// #region migrate
import { migrate, migrationStatus, pgDriver } from 'bearmq';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const driver = pgDriver({ pool });

const { current, latest, pending } = await migrationStatus({ driver, schema: '_bearmq' });
console.log(`at version ${current} of ${latest}, still to be applied:`, pending);

await migrate({ driver, schema: '_bearmq' });
await pool.end();
// #endregion migrate
