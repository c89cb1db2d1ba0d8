import { embeddedBinaries, type RunningPostgres, startPostgres } from '@bearmq/test-database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Context,
  fromPg,
  generateGrantSql,
  generateMigrationSql,
  JobDefinition,
  type JobDefinitionOptions,
} from 'bearmq';
import pg from 'pg';
import { logEvents } from '../support/events.ts';

const SCHEMA = 'full_queue';

let server: RunningPostgres | undefined;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const binaries = await embeddedBinaries();
  if (binaries === undefined) return;
  const settings = { max_notify_queue_pages: '64', max_prepared_transactions: '5' };
  server = await startPostgres(binaries, { durability: 'fast', settings });
  const pool = newPool();
  for (const sql of generateMigrationSql(SCHEMA)) await pool.query(sql);
  await pool.query("create role full_queue_producer login password 'producer'");
  for (const sql of generateGrantSql({ schema: SCHEMA, role: 'full_queue_producer', to: 'producer' })) {
    await pool.query(sql);
  }
});

afterAll(async () => {
  await Promise.all(ends.map((end) => end()));
  await server?.stop();
});

function newPool(user?: string): pg.Pool {
  const url = new URL(server?.url ?? '');
  if (user !== undefined) [url.username, url.password] = [user, 'producer'];
  const pool = new pg.Pool({ connectionString: url.href, max: 3 });
  ends.push(() => pool.end());
  return pool;
}

function setUp(pool: pg.Pool, settings: { readonly wakeUp?: 'poll' } = {}) {
  const context = new Context({ pool, schema: SCHEMA, ...settings });
  const options: JobDefinitionOptions<number> = { context, name: 'FULL', workFunction: () => {} };
  return { definition: new JobDefinition<number>(options), events: logEvents(context) };
}

async function stored(ids: readonly string[]): Promise<number> {
  const { rows } = await newPool().query(`select count(*)::int as n from ${SCHEMA}.job where id = any ($1)`, [ids]);
  return rows[0].n;
}

/** Enqueues in a transaction of its own, which ends as `last` says. */
async function enqueueIn(pool: pg.Pool, definition: JobDefinition<number>, last = 'commit'): Promise<string> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const id = await definition.enqueue(1, { tx: fromPg(client) });
    await client.query(last);
    return id;
  } finally {
    await client.query('rollback').finally(() => client.release());
  }
}

/**
 * A listener that reads nothing lets the server's queue of notifications fill up, in whatever database it is. Then each
 * commit with a notification is refused, and with it the job that was told of.
 */
describe('enqueue, while the server has no room for notifications', () => {
  it.each([
    ['the owner', undefined],
    ['a producer', 'full_queue_producer'],
  ])('stores the job, and warns once: as %s', async (_who, user) => {
    if (server === undefined) return;
    const stuck = new pg.Client({ connectionString: server.url });
    const filler = newPool();
    await stuck.connect();
    await stuck.query('listen x');
    await stuck.query('begin');
    await stuck.query('select 1');
    for (let isFull = false; !isFull; ) {
      isFull = await filler.query(`select pg_notify('x', repeat('x', 7000))`).then(
        () => false,
        () => true,
      );
    }
    const pool = newPool(user);
    const { definition, events } = setUp(pool);
    const ids = [await definition.enqueue(1), await definition.enqueue(2)];
    ids.push(...(await Promise.all([definition.enqueue(3), definition.enqueue(4)])));
    ids.push(...(await definition.enqueueMany([{ payload: 5 }])));
    ids.push(await enqueueIn(pool, definition));
    expect(await stored(ids)).toBe(6);
    expect(events.of('WARNING').map(({ message }) => message)).toEqual([
      expect.stringContaining("the server's queue of notifications is full"),
    ]);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
    await stuck.query('rollback');
    await stuck.end();
    await filler.query('select pg_notification_queue_usage()');
  });
});

/** PostgreSQL prepares no transaction that has sent a notification. */
describe('enqueue in a transaction that is prepared for two-phase commit', () => {
  it("works with wakeUp: 'poll', which sends none there", async () => {
    if (server === undefined) return;
    const pool = newPool();
    const { definition } = setUp(pool, { wakeUp: 'poll' });
    const id = await enqueueIn(pool, definition, "prepare transaction 'two-phase'");
    expect(await stored([id])).toBe(0);
    await pool.query("commit prepared 'two-phase'");
    expect(await stored([id])).toBe(1);
  });
});
