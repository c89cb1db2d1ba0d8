// What each page of the dashboard takes where there is much, in a browser: node scripts/time-pages.mjs <schema> [folder]
//
// Reads a schema of the database of DATABASE_URL, as `node dist/overview-main.js 10000000 1000000 keep` of apps/benchmarks
// leaves one. Opens each page three times, each in a new browser context, and prints the median from the request to the last
// thing that was loading, and the slowest answer of the API. Writes pictures of the pages, light and dark, to the folder if
// one is named. Build first.
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { Context } from '@bearmq/core';
import { examine } from '@bearmq/doctor';
import { pgDriver } from '@bearmq/driver-pg';
import { findChromium } from '@bearmq/test-support';
import pg from 'pg';
import { chromium } from 'playwright-core';
import { nodeHandler } from '../dist/adapters/node.js';
import { createDashboard } from '../dist/index.js';

const ROUNDS = 3;
const [schema, folder] = process.argv.slice(2);
const { DATABASE_URL: connectionString } = process.env;
if (schema === undefined || connectionString === undefined) {
  throw new Error('node scripts/time-pages.mjs <schema> [folder], with DATABASE_URL');
}
const executablePath = findChromium();
if (executablePath === null) throw new Error('There is no chromium on this machine.');

const pool = new pg.Pool({ connectionString, max: 4 });
const driver = pgDriver({ pool });
const context = new Context({ driver, schema });
const dashboard = createDashboard({
  context: Object.assign(context, {
    health: async () => await examine({ driver, schema }, () => context.stats.queue()),
  }),
  authorize: 'open',
});
const server = createServer(nodeHandler(dashboard));
await new Promise((resolve) => {
  server.listen(0, '127.0.0.1', resolve);
});
const mount = `http://127.0.0.1:${server.address().port}`;

const one = async (query) => (await context.jobs.find(query, { limit: 1 })).jobs[0];
const [failed, waiting, grouped] = [
  await one({ outcomes: ['failed'] }),
  await one({ states: ['ready'] }),
  await one({ states: ['blocked'] }),
];
const lane = `/lanes/${encodeURIComponent(waiting.channel)}/${encodeURIComponent(waiting.jobName)}`;
const pages = {
  overview: '/',
  lanes: '/lanes',
  'a lane': lane,
  jobs: '/jobs',
  'waiting jobs': '/jobs?state=ready',
  'failed jobs': '/jobs?outcome=failed',
  'failed jobs of a name': `/jobs?outcome=failed&name=${encodeURIComponent(failed.jobName)}`,
  'a job that failed': `/jobs/${failed.id}`,
  'a job that waits': `/jobs/${waiting.id}`,
  'a job in a group': `/jobs/${grouped.id}`,
  failures: '/failures',
  groups: '/groups',
  'a group': `/groups/${encodeURIComponent(grouped.jobGroup)}`,
  schedules: '/schedules',
  processes: '/processes',
  health: '/health',
  settings: '/settings',
};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

async function open(path, colorScheme, look) {
  const inBrowser = await browser.newContext({ colorScheme, viewport: { width: 1_280, height: 900 } });
  const page = await inBrowser.newPage();
  const answers = [];
  page.on('requestfinished', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/')) answers.push({ pathname, ms: request.timing().responseEnd });
  });
  const startedAt = performance.now();
  await page.goto(`${mount}${path}`);
  await page.locator('h1').waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
  const ms = performance.now() - startedAt;
  await look(page);
  await inBrowser.close();
  return { ms, slowest: answers.toSorted((a, b) => b.ms - a.ms)[0] };
}

if (folder !== undefined) mkdirSync(folder, { recursive: true });
for (const [name, path] of Object.entries(pages)) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await open(path, 'light', async () => {}));
  const slowest = times.map((time) => time.slowest).toSorted((a, b) => (b?.ms ?? 0) - (a?.ms ?? 0))[0];
  const asked = slowest === undefined ? 'nothing asked' : `${slowest.pathname} ${Math.round(slowest.ms)} ms at most`;
  console.log(`${name.padEnd(24)} ${String(Math.round(median(times.map(({ ms }) => ms)))).padStart(5)} ms   ${asked}`);
  if (folder === undefined) continue;
  for (const theme of ['light', 'dark']) {
    const file = join(folder, `${name.replaceAll(' ', '-')}-${theme}.png`);
    await open(path, theme, (page) => page.screenshot({ path: file }));
  }
}
await browser.close();
server.closeAllConnections();
server.close();
await dashboard.close();
await pool.end();
process.exit();
