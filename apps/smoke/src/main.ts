// Runs every check on one client: main.js (pg | postgres.js | Bun.sql), on the database that DATABASE_URL names. The last line
// says that all of them passed, and is printed only then; the program ends by itself, as a sign that nothing is left.
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { type Bench, openBench } from './bench.ts';
import { checks } from './checks.ts';
import type { ClientName } from './client.ts';
import { runtimeLabel } from './runtime.ts';

const [name] = process.argv.slice(2);
const url = process.env['DATABASE_URL'];
if ((name !== 'pg' && name !== 'postgres.js' && name !== 'Bun.sql') || url === undefined) {
  throw new Error('Usage: DATABASE_URL=postgres://… main.js (pg | postgres.js | Bun.sql)');
}
await run(name, url);

async function run(client: ClientName, address: string): Promise<void> {
  console.log(`${runtimeLabel()}, ${client}`);
  const bench = await openBench(client, address, `bearmq_smoke_${randomBytes(5).toString('hex')}`);
  try {
    for (const [what, check] of Object.entries(checks)) await tell(what, check, bench);
    if (bench.troubles.length > 0) throw new Error(`trouble in the background: ${JSON.stringify(bench.troubles)}`);
  } finally {
    await bench.close();
  }
  console.log(`all ${Object.keys(checks).length} checks passed`);
}

async function tell(what: string, check: (bench: Bench) => Promise<void>, bench: Bench): Promise<void> {
  const startedAt = performance.now();
  await check(bench);
  console.log(`${what}: ${Math.round(performance.now() - startedAt)} ms`);
}
