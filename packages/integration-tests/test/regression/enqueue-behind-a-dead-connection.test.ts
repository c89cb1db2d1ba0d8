import type { Driver } from '@bearmq/core/driver';
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { startTcpProxy, type TcpProxy } from '@bearmq/test-database';
import { rejectionOf } from '@bearmq/test-support';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Context, JobDefinition, pgDriver } from 'bearmq';
import pg from 'pg';
import postgres from 'postgres';
import { useSchema } from '../support/database.ts';
import { ENQUEUES, intercepted } from '../support/drivers.ts';
import { gate, until } from '../support/until.ts';

const MAX = 4;
const BEAT = { name: 'bearmq_test_beat', text: 'select pg_sleep(0.05)::text', values: [] };

const schema = useSchema();
let proxy: TcpProxy;

beforeAll(async () => {
  proxy = await startTcpProxy(schema.url);
});
afterAll(() => proxy.close());

/** On connections that may be frozen. */
const clients: Readonly<Record<string, () => { readonly driver: Driver; end(): Promise<void> }>> = {
  pg: () => {
    const pool = new pg.Pool({ connectionString: proxy.url, max: MAX });
    pool.on('error', () => {});
    return { driver: pgDriver({ pool, answerTimeoutSecs: 20 }), end: () => pool.end() };
  },
  'postgres.js': () => {
    const sql = postgres(proxy.url, { max: MAX, prepare: false, fetch_types: false });
    return { driver: postgresJsDriver({ sql }), end: () => sql.end({ timeout: 0 }) };
  },
};

function definitionIn(context: Context): JobDefinition<number> {
  return new JobDefinition<number>({ context, name: 'BEHIND', workFunction: () => {} });
}

/** The payloads that are stored, in their order. */
async function stored(): Promise<unknown> {
  return await schema.value(`select coalesce(json_agg(payload order by seq), '[]') from {s}.job`);
}

/**
 * A firewall forgets idle connections without a word. The next insert went out on such a one, and since a process sends
 * one at a time, all its enqueues waited for that one's answer, for 60 seconds.
 */
describe('enqueue, when the connection that an insert went out on is dead', () => {
  it.each(Object.entries(clients))('rejects that call and holds up no other: %s', async (_name, open) => {
    const { driver, end } = open();
    const definition = definitionIn(schema.context({}, { driver }));
    await Promise.all(Array.from({ length: MAX - 1 }, () => driver.run(BEAT)));
    await schema.rows('delete from {s}.job');
    proxy.freeze(); // all that there are; another one may be made
    const lost = rejectionOf(definition.enqueue(0));
    await Promise.resolve();
    const others = Promise.all([1, 2, 3].map((n) => definition.enqueue(n)));
    expect(await lost).toMatchObject({ name: 'DatabaseError', isRetryable: true, sqlState: null });
    await others;
    expect(await stored()).toEqual([1, 2, 3]);
    await end();
  });
});

describe('enqueue, when an insert is late because all would be', () => {
  it('waits for the lock on the table, and keeps the order', async () => {
    const pool = schema.newPool({ application_name: 'behind a lock' });
    const definition = definitionIn(schema.context({}, { pool }));
    await schema.rows('delete from {s}.job');
    const holder = await schema.direct.connect();
    await holder.query('begin');
    await holder.query(`lock table ${schema.q}.job in share mode`);
    const first = definition.enqueue(1);
    await until('others were asked, and wait as well', async () => {
      const waiting = await schema.value(
        `select count(*)::int from pg_locks where not granted and relation = '${schema.q}.job'::regclass`,
      );
      return waiting === 2;
    });
    const second = definition.enqueue(2);
    await holder.query('rollback');
    holder.release();
    await Promise.all([first, second]);
    expect(await stored()).toEqual([1, 2]);
  });

  it('waits for an answer as long as no other statement is answered', async () => {
    const { opened, open } = gate();
    let probes = 0;
    const driver = intercepted(schema.driver(), async ({ name }, send) => {
      if (name.startsWith('bearmq_probe')) probes += 1;
      await opened;
      return await send();
    });
    const definition = definitionIn(schema.context({}, { driver }));
    const enqueued = definition.enqueue(1);
    await until('others were asked twice', () => probes === 2);
    open();
    expect(await enqueued).toEqual(expect.any(String));
  });

  it('asks nobody when it is answered in time', async () => {
    const names: string[] = [];
    const driver = intercepted(schema.driver(), (statement, send) => {
      names.push(statement.name);
      return send();
    });
    const definition = definitionIn(schema.context({}, { driver }));
    for (let n = 0; n < 20; n += 1) await definition.enqueue(n);
    expect(names.filter((name) => name.startsWith('bearmq_probe'))).toEqual([]);
    expect(names.filter((name) => ENQUEUES.includes(name))).toHaveLength(20);
  });
});
