import { rejectionOf } from '@bearmq/test-support';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Context, DatabaseError, generateMigrationSql, JobDefinition, migrate, migrationStatus } from 'bearmq';
import pg from 'pg';
import { freshName, useSchema } from '../support/database.ts';
import { snapshot } from '../support/snapshot.ts';

const file = useSchema({ migrations: 'none' });
const driver = file.driver();
const names: string[] = [];
const fresh = () => {
  const name = freshName();
  names.push(name);
  return name;
};

afterEach(async () => {
  for (const name of names.splice(0))
    await file.pool.query(`drop schema if exists ${pg.escapeIdentifier(name)} cascade`);
});

const PENDING = { current: 0, latest: 1, pending: [{ version: 1, name: 'initial' }] };
const DONE = { current: 1, latest: 1, pending: [] };

describe('migrate', () => {
  it('does what the statements do, and tells of the state before', async () => {
    const [schema, byHand] = [fresh(), fresh()];
    expect(await migrate({ driver, schema })).toEqual(PENDING);
    expect(await migrate({ driver, schema })).toEqual(DONE);
    for (const sql of generateMigrationSql(byHand)) await file.pool.query(sql);
    expect(await snapshot(file.pool, schema)).toEqual(await snapshot(file.pool, byHand));
  });

  it('says nothing, the second time neither', async () => {
    const schema = fresh();
    const notices: unknown[] = [];
    const client = await file.pool.connect();
    client.on('notice', (notice) => notices.push(notice.message));
    for (const sql of [...generateMigrationSql(schema), ...generateMigrationSql(schema)]) await client.query(sql);
    client.release(true);
    expect(notices).toEqual([]);
  });

  it('can be run many times at once', async () => {
    const schema = fresh();
    await Promise.all(Array.from({ length: 8 }, () => migrate({ driver, schema })));
    expect(await migrationStatus({ driver, schema })).toEqual(DONE);
  });

  it('fails as the database does, leaves nothing half done, and goes on later', async () => {
    const schema = fresh();
    const q = pg.escapeIdentifier(schema);
    await file.pool.query(`create schema ${q}`);
    await file.pool.query(`create table ${q}.process (mine int)`); // in the way
    const error = await rejectionOf(migrate({ driver, schema }));
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ sqlState: '42P07' });
    expect(await migrationStatus({ driver, schema })).toEqual(PENDING);
    expect(
      (await file.pool.query('select tablename from pg_tables where schemaname = $1 order by 1', [schema])).rows,
    ).toEqual([{ tablename: 'migration' }, { tablename: 'process' }]);
    await file.pool.query(`drop table ${q}.process`);
    await migrate({ driver, schema });
    expect(await migrationStatus({ driver, schema })).toEqual(DONE);
  });
});

describe('a table "migration" that is not as BearMQ left it', () => {
  it.each([
    '(version integer primary key, name text not null)',
    '(version integer primary key, name text, oldest_client integer, applied_at text)',
    '(id serial, name text)',
    '(version text, name text, oldest_client text, applied_at timestamptz)',
  ])("is refused where it is another program's, and left alone: %s", async (columns) => {
    const schema = fresh();
    const q = pg.escapeIdentifier(schema);
    await file.direct.query(`create schema ${q}; create table ${q}.migration ${columns}`);
    const before = await snapshot(file.direct, schema);
    const refusal = { name: 'DatabaseError', message: expect.stringContaining('belongs to another program') };
    expect(await rejectionOf(migrate({ driver, schema }))).toMatchObject(refusal);
    expect(await rejectionOf(file.direct.query(generateMigrationSql(schema)[0] ?? ''))).toMatchObject({
      code: 'BM002',
      message: expect.stringContaining('belongs to another program'),
    });
    expect(await snapshot(file.direct, schema)).toEqual(before);
  });

  it('is refused where its rows were deleted, with what to put back', async () => {
    const schema = fresh();
    await migrate({ driver, schema });
    await file.direct.query(`delete from ${pg.escapeIdentifier(schema)}.migration`);
    const error = await rejectionOf(migrate({ driver, schema }));
    expect(error).toMatchObject({ name: 'DatabaseError', sqlState: 'BM003', isRetryable: false });
    await file.direct.query(/insert into .*$/.exec((error as DatabaseError).message)?.[0] ?? '');
    await migrate({ driver, schema });
    expect(await migrationStatus({ driver, schema })).toMatchObject({ current: 1, pending: [] });
  });

  it("is refused by what enqueues, where it is another program's", async () => {
    const schema = fresh();
    const q = pg.escapeIdentifier(schema);
    await file.direct.query(`create schema ${q}; create table ${q}.migration (version integer, name text)`);
    const definition = new JobDefinition({
      context: new Context({ driver, schema }),
      name: 'N',
      workFunction: () => {},
    });
    const error = await rejectionOf(definition.register());
    expect(error).toMatchObject({
      name: 'SchemaVersionError',
      message: expect.stringContaining('that BearMQ did not make'),
    });
  });
});

describe('migrationStatus', () => {
  it('tells what is missing without changing anything', async () => {
    const schema = fresh();
    expect(await migrationStatus({ driver, schema })).toEqual(PENDING);
    expect(await snapshot(file.pool, schema)).toEqual([]);
    await file.pool.query(`create schema ${pg.escapeIdentifier(schema)}`);
    expect(await migrationStatus({ driver, schema })).toEqual(PENDING);
    await migrate({ driver, schema });
    expect(await migrationStatus({ driver, schema })).toEqual(DONE);
  });

  it('tells of a schema that is newer than this package', async () => {
    const schema = fresh();
    await migrate({ driver, schema });
    await file.pool.query(
      `insert into ${pg.escapeIdentifier(schema)}.migration (version, name) values (9, 'of the future')`,
    );
    expect(await migrationStatus({ driver, schema })).toEqual({ current: 9, latest: 1, pending: [] });
    await migrate({ driver, schema }); // and leaves it alone
    expect(await migrationStatus({ driver, schema })).toMatchObject({ current: 9 });
  });

  it('rejects when the database cannot be asked', async () => {
    const nowhere = file.newDriver({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect(await rejectionOf(migrationStatus({ driver: nowhere, schema: fresh() }))).toMatchObject({
      name: 'DatabaseError',
      sqlState: null,
    });
  });
});
