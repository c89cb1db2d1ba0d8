import { afterEach, describe, expect, it } from '@jest/globals';
import { generateMigrationSql, InvalidIdentifierError } from 'bearmq';
import pg from 'pg';
import { databaseUrl, freshName, useSchema } from '../support/database.ts';
import { snapshot } from '../support/snapshot.ts';

const schema = useSchema({ migrations: 'none' });
const names: string[] = [];
const fresh = (name = freshName()) => {
  names.push(name);
  return name;
};

afterEach(async () => {
  for (const name of names.splice(0)) {
    await schema.pool.query(`drop schema if exists ${pg.escapeIdentifier(name)} cascade`);
  }
});

async function apply(name: string, pool: { query(sql: string): Promise<unknown> } = schema.pool): Promise<void> {
  for (const sql of generateMigrationSql(name)) await pool.query(sql);
}

describe('the statements of generateMigrationSql', () => {
  it('make the schema and all that is in it', async () => {
    const name = fresh();
    await apply(name);
    const found = await snapshot(schema.pool, name);
    for (const table of ['finalized_job', 'job', 'job_group', 'migration', 'schedule', 'process']) {
      expect(found).toContainEqual(expect.stringMatching(new RegExp(`^table ${table} `)));
    }
    const { rows } = await schema.pool.query(`select version, name from ${pg.escapeIdentifier(name)}.migration`);
    expect(rows).toEqual([{ version: 1, name: 'initial' }]);
  });

  it('change nothing when they are run again, not even a row', async () => {
    const name = fresh();
    await apply(name);
    const before = await snapshot(schema.pool, name);
    const ledger = () => schema.pool.query(`select xmin::text, * from ${pg.escapeIdentifier(name)}.migration`);
    const { rows } = await ledger();
    await apply(name);
    await apply(name);
    expect(await snapshot(schema.pool, name)).toEqual(before);
    expect((await ledger()).rows).toEqual(rows);
  });

  it('keep jobs and all else that is in the schema', async () => {
    const name = fresh();
    await apply(name);
    const q = pg.escapeIdentifier(name);
    await schema.pool.query(`create table ${q}.mine (id int)`);
    await schema.pool.query(`insert into ${q}.job_group (name) values ('kept')`);
    await apply(name);
    expect((await schema.pool.query(`select name from ${q}.job_group`)).rows).toEqual([{ name: 'kept' }]);
    await schema.pool.query(`select * from ${q}.mine`);
  });

  it('are the same each time, and a list of texts', () => {
    const statements = generateMigrationSql('_job');
    expect(statements).toEqual(generateMigrationSql('_job'));
    expect(statements.length).toBeGreaterThan(1);
    expect(statements.every((sql) => typeof sql === 'string')).toBe(true);
  });

  it('are each one statement, that the extended protocol takes', async () => {
    const name = fresh();
    for (const text of generateMigrationSql(name))
      await schema.pool.query({ text, queryMode: 'extended' } as pg.QueryConfig);
  });

  it('may each be sent on another connection', async () => {
    const name = fresh();
    for (const sql of generateMigrationSql(name)) {
      const client = new pg.Client({ connectionString: databaseUrl() });
      await client.connect();
      await client.query(sql);
      await client.end();
    }
    expect((await snapshot(schema.pool, name)).length).toBeGreaterThan(10);
  });

  it('may be run in one transaction, and rolled back', async () => {
    const name = fresh();
    const client = await schema.pool.connect();
    await client.query('begin');
    await apply(name, client);
    await client.query('rollback');
    client.release();
    expect(await snapshot(schema.pool, name)).toEqual([]);
  });

  it('may be run by ten processes at once', async () => {
    const name = fresh();
    const clients = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const client = new pg.Client({ connectionString: databaseUrl() });
        await client.connect();
        return client;
      }),
    );
    await Promise.all(clients.map((client) => apply(name, client)));
    await Promise.all(clients.map((client) => client.end()));
    const alone = fresh();
    await apply(alone);
    expect(await snapshot(schema.pool, name)).toEqual(await snapshot(schema.pool, alone));
  });

  it('go on where a run was cut off', async () => {
    const name = fresh();
    const [first = ''] = generateMigrationSql(name);
    await schema.pool.query(first);
    await apply(name);
    const { rows } = await schema.pool.query(`select version from ${pg.escapeIdentifier(name)}.migration`);
    expect(rows).toEqual([{ version: 1 }]);
  });

  it.each([
    '_job',
    'We"ird schéma',
    "it's",
    'a\\b',
    '$bearmq$',
    '$bearmq$ $bearmq_0$',
    'x; drop schema public; --',
    '%I %s %',
    'pg',
    '🐻',
    'ü'.repeat(31),
  ])('take any name that PostgreSQL allows: %j', async (name) => {
    fresh(name);
    await apply(name);
    await apply(name);
    const other = fresh();
    await apply(other);
    expect(await snapshot(schema.pool, name)).toEqual(await snapshot(schema.pool, other));
  });

  it.each(['', 'a\0b', 'x'.repeat(64), 'ü'.repeat(32)])('refuse a name that it could not hold: %j', (name) => {
    expect(() => generateMigrationSql(name)).toThrow(InvalidIdentifierError);
  });

  it('need no right to create schemas where the schema was made for them', async () => {
    const name = fresh();
    const role = `bearmq_role_${process.pid}`;
    const q = pg.escapeIdentifier(name);
    await schema.pool.query(`create role ${role}`);
    await schema.pool.query(`create schema ${q} authorization ${role}`);
    const pool = schema.newPool({ options: `-c role=${role}`, max: 1 });
    const rights = `select has_database_privilege(current_user, current_database(), 'create') as may_create`;
    expect((await pool.query(rights)).rows).toEqual([{ may_create: false }]);
    await apply(name, pool);
    await apply(name, pool);
    const owners = await schema.pool.query(`select distinct tableowner from pg_tables where schemaname = $1`, [name]);
    expect(owners.rows).toEqual([{ tableowner: role }]);
    await schema.pool.query(`drop schema ${q} cascade`);
    await schema.pool.query(`drop role ${role}`);
  });

  it('say what is missing where the role may not make the schema', async () => {
    const role = `bearmq_powerless_${process.pid}`;
    await schema.pool.query(`create role ${role}`);
    const pool = schema.newPool({ options: `-c role=${role}`, max: 1 });
    await expect(apply(fresh(), pool)).rejects.toMatchObject({ code: '42501' });
    await schema.pool.query(`drop role ${role}`);
  });
});
