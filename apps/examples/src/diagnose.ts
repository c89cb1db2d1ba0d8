// #region diagnose
import { diagnose, pgDriver } from 'bearmq';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const findings = await diagnose({ driver: pgDriver({ pool }), schema: '_bearmq' });
for (const { severity, message, remedy } of findings) console.log(`${severity}: ${message}\n  ${remedy}`);
if (findings.length === 0) console.log('everything is in order');
await pool.end();
// #endregion diagnose
