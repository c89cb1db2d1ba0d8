import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { generateGrantSql } from 'bearmq';
import pg from 'pg';
import { directUrl, type TestSchema } from '../../support/database.ts';

/** A role that logs in, with nothing but what it is granted. */
export interface TestRole {
  readonly name: string;
  /** The server's address, for that role. */
  readonly url: string;
}

/** Makes a role for a test file, with hostile letters in its name; dropped with its rights when the file is done. */
export function useRole(schema: TestSchema, to: 'producer' | 'worker' | 'nothing'): TestRole {
  const name = `it's "${to}" $$ \\ ${randomBytes(5).toString('hex')}`;
  const password = randomBytes(8).toString('hex');
  const url = new URL(directUrl());
  Object.assign(url, { username: encodeURIComponent(name), password });
  const q = pg.escapeIdentifier(name);
  beforeAll(async () => {
    await asOwner([`create role ${q} login password '${password}'`]);
    if (to !== 'nothing') await asOwner(generateGrantSql({ schema: schema.name, role: name, to }));
  });
  afterAll(() => asOwner([`drop owned by ${q}`, `drop role ${q}`]));
  return { name, url: url.href };
}

/** Runs statements as the role that migrated. */
export async function asOwner(statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: directUrl() });
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

/** What a role was given in a schema, one line each; what everybody has by default is not in it. */
export async function rightsOf(schema: TestSchema, role: TestRole): Promise<string[]> {
  const rights = await schema.rows(
    `with given (acl, what) as (
       select nspacl, 'schema' from pg_namespace where nspname = $1
       union all
       select relacl, relname from pg_class where relnamespace = to_regnamespace($2)
       union all
       select attacl, relname || '.' || attname from pg_attribute join pg_class c on c.oid = attrelid
       where relnamespace = to_regnamespace($2)
       union all
       select proacl, proname || '()' from pg_proc where pronamespace = to_regnamespace($2)
       union all
       select typacl, typname from pg_type where typnamespace = to_regnamespace($2)
     )
     select what || ': ' || string_agg(lower(a.privilege_type), ', ' order by a.privilege_type) as right
     from given, aclexplode(acl) a where a.grantee = (select oid from pg_roles where rolname = $3)
     group by what order by what collate "C"`,
    [schema.name, schema.q, role.name],
  );
  return rights.map(({ right }) => right as string);
}
