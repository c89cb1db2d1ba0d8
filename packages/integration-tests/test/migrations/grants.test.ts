import { afterAll, describe, expect, it } from '@jest/globals';
import { generateGrantSql, InvalidIdentifierError, InvalidOptionError } from 'bearmq';
import pg from 'pg';
import { asOwner, rightsOf } from '../roles/support/roles.ts';
import { useSchema } from '../support/database.ts';

const schema = useSchema();
const made: string[] = [];
afterAll(() =>
  asOwner(
    made.flatMap((role) => [`drop owned by ${pg.escapeIdentifier(role)}`, `drop role ${pg.escapeIdentifier(role)}`]),
  ),
);

async function newRole(name: string): Promise<{ readonly name: string; readonly url: string }> {
  const role = `${name} ${process.pid}`;
  await schema.rows(`create role ${pg.escapeIdentifier(role)}`);
  made.push(role);
  return { name: role, url: '' };
}

const grant = async (role: string, to: 'producer' | 'worker') => {
  for (const sql of generateGrantSql({ schema: schema.name, role, to })) await schema.rows(sql);
};

describe('the statements of generateGrantSql', () => {
  it.each([
    'We"ird rôle',
    "it's",
    'a\\b',
    '$bearmq$',
    'x; drop role y; --',
    '%I %s',
    '🐻',
    'current_user',
    'new\nline',
  ])('take any role that PostgreSQL allows: %j', async (name) => {
    const role = await newRole(name);
    await grant(role.name, 'producer');
    expect(await rightsOf(schema, role)).toContain('migration.version: select');
  });

  it('change nothing when run again, by many at once', async () => {
    const role = await newRole('again');
    await grant(role.name, 'worker');
    const rights = await rightsOf(schema, role);
    await Promise.all(Array.from({ length: 8 }, () => grant(role.name, 'worker')));
    expect(await rightsOf(schema, role)).toEqual(rights);
  });

  it('give a worker all that a producer has', async () => {
    const role = await newRole('both');
    await grant(role.name, 'worker');
    const missing = `select a.attname from pg_attribute a
      where attrelid = $1::regclass and attnum > 0 and not has_column_privilege($2, attrelid, attnum, 'insert')`;
    expect(await schema.rows(missing, [`${schema.q}.job`, role.name])).toEqual([]);
  });

  it('fail where there is no such role, and where the schema is not migrated', async () => {
    await expect(grant('nobody at all', 'worker')).rejects.toMatchObject({ code: '42704' });
    const [sql = ''] = generateGrantSql({ schema: 'not there', role: 'postgres', to: 'producer' });
    await expect(schema.rows(sql)).rejects.toMatchObject({ code: '3F000' });
  });
});

describe('generateGrantSql refuses', () => {
  const of = (options: object) => () =>
    generateGrantSql({ schema: 's', role: 'r', to: 'worker', ...options } as Parameters<typeof generateGrantSql>[0]);

  it.each([
    ['no role', { role: undefined }, 'role name undefined must be a non-empty string'],
    ['an empty role', { role: '' }, 'role name "" must be a non-empty string'],
    ['a role with a NUL', { role: 'a\0' }, 'must not contain a NUL'],
    ['a role that PostgreSQL would cut short', { role: 'x'.repeat(64) }, 'role name'],
    ['a schema that it could not hold', { schema: '' }, 'schema name'],
  ])('%s', (_what, options, message) => {
    expect(of(options)).toThrow(InvalidIdentifierError);
    expect(of(options)).toThrow(message);
  });

  it.each([
    ['another purpose', { to: 'admin' }, 'generateGrantSql.to must be one of producer, worker; got "admin"'],
    [
      'a name of every object',
      { to: 'toString' },
      'generateGrantSql.to must be one of producer, worker; got "toString"',
    ],
    ['nobody', { role: 'none' }, 'generateGrantSql.role must be a role; "none" is nobody'],
    ['everybody', { role: 'public' }, 'generateGrantSql.role must be one role; "public" is everybody'],
  ])('%s', (_what, options, message) => {
    expect(of(options)).toThrow(InvalidOptionError);
    expect(of(options)).toThrow(message);
  });
});
