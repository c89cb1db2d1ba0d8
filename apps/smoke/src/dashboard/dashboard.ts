// What bun.ts, deno.ts and node.ts serve. DATABASE_URL names an empty database.
import process from 'node:process';
import { createDashboard } from '@bearmq/dashboard';
import { Context, migrate, pgDriver } from 'bearmq';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });
await migrate({ driver: pgDriver({ pool }), schema: '_bearmq' });
const context = new Context({ pool, schema: '_bearmq' });

export const dashboard = createDashboard({ context, authorize: 'open' });

/** Prints the port that was listened on, and at SIGTERM closes all, so that the program ends by itself. */
export function servesAt(port: number | undefined, closeServer: () => unknown): void {
  process.once('SIGTERM', async () => {
    await closeServer();
    await dashboard.close();
    await pool.end();
  });
  console.log(`port ${port}`);
}
