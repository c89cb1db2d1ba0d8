// pnpm --filter @bearmq/dashboard dev [--port 3050]: starts a database (or takes DATABASE_URL), fills it with jobs in all states,
// has some Workers work, and serves the dashboard. Build first; build again and reload to see a change.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Context, Orchestrator } from '@bearmq/core';
import { examine } from '@bearmq/doctor';
import { pgDriver } from '@bearmq/driver-pg';
import { migrate } from '@bearmq/migrations';
import { startTestDatabase } from '@bearmq/test-database';
import pg from 'pg';
import { nodeHandler } from '../dist/adapters/node.js';
import { createDashboard } from '../dist/index.js';
import { definitionsOf, seed } from './dev-jobs.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', default: '3050' } } });
const port = Number(values.port);
const schema = 'bearmq_dev';
const database = await startTestDatabase();
const pool = new pg.Pool({ connectionString: database.url, max: 8 });
const driver = pgDriver({ pool });
await pool.query(`drop schema if exists ${schema} cascade`);
await migrate({ driver, schema });

const context = new Context({ driver, schema });
const definitions = definitionsOf(context);
for (const definition of Object.values(definitions)) await definition.register();
const orchestrator = new Orchestrator({ context });

// Workers run in a process of their own, so that one can be killed.
const worker = spawn(process.execPath, [new URL('./dev-worker.mjs', import.meta.url).pathname, database.url, schema], {
  stdio: 'inherit',
});
await seed(context, definitions);

const dashboard = createDashboard({
  context: Object.assign(context, {
    health: async () => await examine({ driver, schema }, async () => await context.stats.queue()),
  }),
  authorize: 'open',
  environment: process.env.BEARMQ_ENVIRONMENT ?? 'development',
  payloads: 'show',
  traceUrl: 'https://traces.example/trace/{traceId}',
  links: [{ label: 'Logs', href: ({ id }) => `https://logs.example/?job=${id}` }],
});
const server = createServer(nodeHandler(dashboard));
server.listen(port, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}/ (workers: pid ${worker.pid})`),
);

let isStopping = false;
const stop = async () => {
  if (isStopping) return;
  isStopping = true;
  worker.kill();
  server.close();
  server.closeAllConnections();
  await dashboard.close();
  await orchestrator.stop();
  await driver.close();
  await pool.end();
  await database.stop();
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
