import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startWebSocketProxy, type WebSocketProxy } from '@bearmq/test-database/websocket-proxy';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { SCHEMA, type TestDatabase } from './database.ts';
import type { Example, StartOptions } from './example.ts';

/** The programs of src/orders. Those of one process keep their orders in a folder, the others on the server. */
export const CLIENTS = [
  { program: 'orders/pg', place: 'server' },
  { program: 'orders/postgres-js', place: 'server' },
  { program: 'orders/pglite', place: 'folder' },
  { program: 'orders/kysely', place: 'server' },
  { program: 'orders/drizzle', place: 'server' },
  { program: 'orders/prisma', place: 'server' },
  { program: 'orders/knex', place: 'server' },
  { program: 'orders/typeorm', place: 'server' },
  { program: 'orders/mikro-orm', place: 'server' },
  { program: 'orders/sequelize', place: 'server' },
  { program: 'orders/neon', place: 'server' },
] as const;

/** Where orders and jobs are. */
export type Place = Pick<TestDatabase, 'url' | 'rows' | 'allGone'>;

/** Gives each test a folder for PGlite. Its rows can be read only while no example has it open. */
export function useFolder(): Place {
  let parent = '';
  let folder = '';
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'bearmq-example-'));
    await (await PGlite.create(join(parent, 'new'))).close(); // takes seconds, so the tests have copies of it
  }, 60_000);
  beforeEach(async () => {
    folder = join(parent, randomUUID());
    await cp(join(parent, 'new'), folder, { recursive: true });
  });
  afterAll(() => rm(parent, { recursive: true }));
  return {
    url: () => pathToFileURL(folder).href,
    rows: async (sql, values = []) => {
      const db = await PGlite.create(folder);
      try {
        return (await db.query<Record<string, unknown>>(sql, [...values])).rows;
      } finally {
        await db.close();
      }
    },
    allGone: async () => {}, // a database that lives in the process has ended with it
  };
}

/** How many orders there are, how many e-mails were sent, and which orders and jobs have not exactly one of the other. */
export const AUDIT = `
  with mail as (
    select (payload->>'orderId')::int as order_id, false as is_sent from ${SCHEMA}.job
    union all
    select (payload->>'orderId')::int, outcome = 'succeeded' from ${SCHEMA}.finalized_job
  ), unpaired as (
    select orders.id as "order", count(mail.order_id) as jobs
    from orders full join mail on mail.order_id = orders.id
    group by orders.id having orders.id is null or count(mail.order_id) <> 1
  )
  select (select count(*)::int from orders) as orders, (select count(*)::int from mail where is_sent) as sent,
    (select coalesce(json_agg(unpaired), '[]') from unpaired) as unpaired`;

/** Has an example load a script of this folder before itself. */
function loading(script: string): string {
  return `--import=${pathToFileURL(join(import.meta.dirname, script)).href}`;
}

/** What makes an example stop at its third enqueue: see pause-enqueue.mjs. */
export function pausing(moment: 'before' | 'after'): StartOptions {
  return { args: ['place', '5'], env: { NODE_OPTIONS: loading('pause-enqueue.mjs'), BEARMQ_PAUSE: moment } };
}

/** Gives the program of Neon's driver a way to the server of the tests; the others have theirs. */
export function useWay(program: string): (options: StartOptions) => StartOptions {
  if (program !== 'orders/neon') return (options) => options;
  let proxy: WebSocketProxy | undefined;
  beforeAll(async () => {
    proxy = await startWebSocketProxy(process.env['BEARMQ_TEST_URL'] as string);
  });
  afterAll(() => proxy?.close());
  return ({ args = [], env = {} }) => ({
    args,
    env: {
      ...env,
      NODE_OPTIONS: [loading('neon-to-the-server.mjs'), env['NODE_OPTIONS']].join(' '),
      BEARMQ_WEBSOCKET_PROXY: String(proxy?.address),
    },
  });
}

/** Kills an example that places orders, after any number of them and at any moment; resolves to how many it told of. */
export async function killAnyWhen(example: Example): Promise<number> {
  await example.prints(' placed', 1 + Math.floor(Math.random() * 20));
  await new Promise((next) => setTimeout(next, Math.random() * 20));
  await example.stop('SIGKILL');
  return example.output().split(' placed').length - 1;
}
