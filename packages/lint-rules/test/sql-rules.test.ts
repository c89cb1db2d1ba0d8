import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Outcome, REPOSITORY, runNode, withTree } from './support/tree.ts';

const CHECKER = join(REPOSITORY, 'packages/lint-rules/src/check-sql.mjs');
/** A place in a template. */
const hole = (code: string): string => ['$', '{', code, '}'].join('');

function check(statements: readonly string[], folder = 'packages/core/src/statements'): Outcome {
  const files = statements.map((sql, i) => [
    `${folder}/${i}.ts`,
    `export const a = { text: ({ job, fn }) => \`${sql}\` };`,
  ]);
  return withTree(Object.fromEntries(files), (root) => runNode([CHECKER, root]));
}

describe('the rule for SQL', () => {
  it('lets pass qualified functions, words of the grammar, our own functions, and columns after a table', () => {
    const sound = [
      'select pg_catalog.now()',
      'select coalesce(a, 1), extract(epoch from b), greatest(c, nullif(d, 0))',
      `select * from ${hole("fn('claim_v1')")}($1::text)`,
      `insert into ${hole('job')} (id, name) values ($1, $2)`,
      'select a from pg_catalog.unnest($1) with ordinality as a (b, c) where a in (1) and (b or c)',
      'with recursive a (b) as (select 1) select * from a where exists (select 1) or b = any (array[1])',
      "select 1 -- as now() would be\n where a = 'now()'",
    ];
    expect(check(sound)).toMatchObject({ status: 0, stderr: '' });
  });

  it('refuses a function without its schema, and says where', () => {
    const broken = {
      now: `select a from ${hole('job')} where b < now()`,
      make_interval: 'select pg_catalog.now() - make_interval(secs => 1)',
      json_array_elements: 'with a as (select json_array_elements ($1)) select * from a',
      count: 'select count(*) from a',
    };
    const { status, stderr } = check(Object.values(broken));
    expect(status).toBe(1);
    for (const [i, name] of Object.keys(broken).entries()) {
      expect(stderr).toContain(`statements/${i}.ts, the statement in line 1: say pg_catalog.${name}(…)`);
    }
  });

  it('looks at the doctor too, and fails where it finds nothing to look at', () => {
    expect(check(['select now()'], 'packages/doctor/src').status).toBe(1);
    expect(check(['select now()'], 'packages/elsewhere/src').status).toBe(2);
  });
});
