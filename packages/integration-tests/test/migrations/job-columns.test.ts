import { GIVEN_COLUMNS, JOB_COLUMNS, KEPT_COLUMNS } from '@bearmq/core/schema';
import { generateGrantSql } from '@bearmq/migrations';
import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';

const schema = useSchema();

/** The columns of a table and their types. */
async function columnsOf(table: string): Promise<Readonly<Record<string, string>>> {
  const rows = await schema.rows(
    `select a.attname as name, t.typname::text as type from pg_attribute a join pg_type t on t.oid = a.atttypid
     where a.attrelid = $1::regclass and a.attnum > 0`,
    [`${schema.q}.${table}`],
  );
  return Object.fromEntries(rows.map(({ name, type }) => [String(name), String(type)]));
}

/** As the catalogue calls them. */
const INTERNAL: Readonly<Record<string, string>> = {
  integer: 'int4',
  bigint: 'int8',
  smallint: 'int2',
  boolean: 'bool',
};

describe('the list of the columns of a job', () => {
  it('is the table', async () => {
    const listed = Object.entries(JOB_COLUMNS).map(([name, { type }]) => [name, INTERNAL[type] ?? type]);
    expect(Object.fromEntries(listed)).toEqual(await columnsOf('job'));
  });

  it('names what history keeps under the same name and type', async () => {
    const [job, history] = await Promise.all([columnsOf('job'), columnsOf('finalized_job')]);
    expect(KEPT_COLUMNS.length).toBeGreaterThan(10);
    for (const name of KEPT_COLUMNS) expect([name, history[name]]).toEqual([name, job[name]]);
  });

  it('is what a producer is granted to set', () => {
    const [sql = ''] = generateGrantSql({ schema: schema.name, role: 'r', to: 'producer' });
    expect(sql).toContain(`grant insert (${GIVEN_COLUMNS.join(', ')}) on `);
    expect(GIVEN_COLUMNS).not.toContain('claims');
  });
});
