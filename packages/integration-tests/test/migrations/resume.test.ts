import { tablesOf } from '@bearmq/core/internal';
import { rejectionOf } from '@bearmq/test-support';
import { afterEach, describe, expect, it } from '@jest/globals';
import { diagnose, generateMigrationSql, migrate } from 'bearmq';
import pg from 'pg';
import { freshName, useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { snapshot } from '../support/snapshot.ts';
import { future, migrateWith, stepsOf } from './support/future.ts';

const schema = useSchema({ migrations: 'none', database: 'own' });
const straight = freshName();
const drop = (name: string) => schema.pool.query(`drop schema if exists ${pg.escapeIdentifier(name)} cascade`);
afterEach(async () => {
  await drop(schema.name);
  await drop(straight);
});

const TEXTS = stepsOf(tablesOf(schema.name), future).flatMap(({ texts }) => texts);

describe('what a migration is sent as', () => {
  it('is statements that are each a transaction of its own, which waits 50 ms at most for a table', () => {
    expect(TEXTS.length).toBeGreaterThan(future.length);
    for (const text of TEXTS) expect(text).toMatch(/^do (\$bearmq(_\d+)?\$)\n[\s\S]*\n\1$/);
    const bounded = TEXTS.filter((text) => text.indexOf("set_config('lock_timeout', '50ms', true)") > 0);
    expect(bounded).toEqual(TEXTS.slice(1)); // the first makes only what is not there
  });

  it('is one such statement for each migration, two for an index', () => {
    const counts = stepsOf(tablesOf('s'), future).map(({ texts }) => texts.length);
    expect(counts).toEqual([1, ...future.map((migration) => ('index' in migration ? 2 : 1))]);
  });
});

describe('a migration that was cut off', () => {
  it.each(TEXTS.map((_text, k) => k))('after %d of its statements goes on there, to the same schema', async (sent) => {
    const driver = schema.driver();
    let left = sent;
    const cut = intercepted(driver, async (statement, send) => {
      if (statement.name !== 'bearmq_migrate') return await send();
      if (left === 0) throw new Error('cut off by the test');
      left -= 1;
      return await send();
    });
    expect(await rejectionOf(migrateWith(future, { driver: cut, schema: schema.name }))).toMatchObject({
      message: 'cut off by the test',
    });
    await migrateWith(future, { driver, schema: schema.name });
    await migrateWith(future, { driver, schema: straight });
    expect(await snapshot(schema.pool, schema.name)).toEqual(await snapshot(schema.pool, straight));
  });

  it('in the middle of a statement left nothing of it', async () => {
    for (const [k, text] of TEXTS.entries()) {
      const before = await snapshot(schema.pool, schema.name);
      const client = await schema.direct.connect();
      await client.query('begin');
      await client.query(text);
      const { rows } = await client.query('select pg_backend_pid() as pid');
      client.on('error', () => {}); // it is cut
      await schema.rows('select pg_terminate_backend($1)', [rows[0].pid]);
      await rejectionOf(client.query('commit'));
      client.release(true);
      expect([k, await snapshot(schema.pool, schema.name)]).toEqual([k, before]);
      await schema.pool.query(text);
    }
  });

  it('leaves nothing for the doctor to find, once it has gone on', async () => {
    for (const text of generateMigrationSql(schema.name).slice(0, 1)) await schema.pool.query(text);
    const driver = schema.driver();
    expect(await diagnose({ driver, schema: schema.name })).toMatchObject([{ kind: 'schema-missing' }]);
    await migrate({ driver, schema: schema.name });
    expect(await diagnose({ driver, schema: schema.name })).toEqual([]);
  });
});
