import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DatabaseError } from '@bearmq/core/driver';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { freshName, useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { snapshot } from '../support/snapshot.ts';
import { wayTo } from '../support/way.ts';
import { future, INDEX_VERSION, migrateWith } from './support/future.ts';
import { fillJobs, ledgerOf } from './support/upgrades.ts';

const FIXTURE = fileURLToPath(new URL('../support/fixtures/migrate-process.mjs', import.meta.url));
const schema = useSchema({ migrations: 'none', database: 'own' });
const straight = freshName();
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const name of [schema.name, straight])
    await schema.pool.query(`drop schema if exists ${pg.escapeIdentifier(name)} cascade`);
});

describe('a build of an index that meets another one', () => {
  it.each([
    ['is made again when both change a row of the catalogue', 'tuple concurrently updated', true],
    ['is given up when the server is at fault', 'could not read block 7', false],
  ])('%s', async (_what, message, isMade) => {
    await migrateWith(future.slice(0, INDEX_VERSION - 1), { driver: schema.driver(), schema: schema.name });
    await fillJobs(schema);
    let builds = 0;
    const driver = intercepted(schema.driver(), async ({ text }, send) => {
      if (!text.startsWith('create index concurrently')) return await send();
      builds += 1;
      if (builds === 1) throw new DatabaseError(message, { sqlState: 'XX000', constraint: null }, undefined);
      return await send();
    });
    const migrated = migrateWith(future, { driver, schema: schema.name }).then(
      () => true,
      (error: unknown) => (error as Error).message,
    );
    expect(await migrated).toBe(isMade ? true : message);
    expect(builds).toBe(isMade ? 2 : 1);
  });
});

// Who builds an index concurrently waits for the snapshots of those who wait for whoever migrates; and where he waits for
// the table that is built on, for longer than the server looks on, it ends one of them.
describe('a step that meets a migration of another process', () => {
  it.each([
    ['is sent again where the server ends it as one of a deadlock', '40P01', 'deadlock detected'],
    ['is sent again where both change a row of the catalogue', 'XX000', 'tuple concurrently updated'],
    ['is sent again, also where it follows the build of an index', '40P01', 'deadlock', 'create index concurrently'],
    ['likewise, where both change a row', 'XX000', 'tuple concurrently updated', 'create index concurrently'],
  ])('%s', async (_what, sqlState, message, after = '') => {
    await migrateWith(future.slice(0, INDEX_VERSION - 1), { driver: schema.driver(), schema: schema.name });
    await fillJobs(schema);
    let isAfter = after === '';
    let ended = 0;
    const driver = intercepted(schema.driver(), async ({ text }, send) => {
      isAfter ||= text.startsWith(after);
      if (ended > 0 || !isAfter || !text.startsWith('do ')) return await send();
      ended += 1;
      throw new DatabaseError(message, { sqlState, constraint: null }, undefined);
    });
    await migrateWith(future, { driver, schema: schema.name });
    expect(ended).toBe(1);
    expect(await ledgerOf(schema)).toEqual(future.map(({ version }) => version));
  });
});

describe('a migration that ten processes begin at once', () => {
  it('is applied once, and each of them sees it done', async () => {
    const config = JSON.stringify({ way: wayTo(schema.url), schema: schema.name });
    for (let n = 0; n < 10; n += 1)
      children.push(fork(FIXTURE, [config], { execArgv: [], env: { PATH: process.env['PATH'] } }));
    await Promise.all(children.map((child) => once(child, 'message')));
    const ended = children.map((child) => Promise.all([once(child, 'message'), once(child, 'exit')]));
    for (const child of children) child.send('go');
    const results = await Promise.all(ended);
    expect(results.map(([, [code]]) => code)).toEqual(Array(10).fill(0));
    expect(results.map(([[told]]) => told)).toContainEqual({ pending: [{ version: 1, name: 'initial' }] });
    expect(await ledgerOf(schema)).toEqual([1]);
    await migrateWith(future.slice(0, 1), { driver: schema.driver(), schema: straight });
    expect(await snapshot(schema.pool, schema.name)).toEqual(await snapshot(schema.pool, straight));
  });

  it('is applied once in each of its steps, the index of a large table too', async () => {
    await migrateWith(future.slice(0, INDEX_VERSION - 1), { driver: schema.driver(), schema: schema.name });
    await fillJobs(schema);
    const drivers = Array.from({ length: 10 }, () => schema.newDriver({ max: 1 }));
    await Promise.all(drivers.map((driver) => migrateWith(future, { driver, schema: schema.name })));
    expect(await ledgerOf(schema)).toEqual(future.map(({ version }) => version));
    await migrateWith(future, { driver: schema.driver(), schema: straight });
    expect(await snapshot(schema.pool, schema.name)).toEqual(await snapshot(schema.pool, straight));
    const invalid = 'select 1 from pg_index where indexrelid = to_regclass($1) and not indisvalid';
    expect(await schema.rows(invalid, [`${schema.q}.job_name`])).toEqual([]);
  });
});
