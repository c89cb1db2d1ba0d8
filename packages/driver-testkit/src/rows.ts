import assert from 'node:assert/strict';
import type { SessionCase } from './cases.ts';
import { databaseError, oneRow, oneValue, sql } from './support.ts';

/** The shape of results, statements with and without them, and errors as a session reports them. */
export const rowCases: readonly SessionCase[] = [
  {
    title: 'gives the columns in the order of the select list',
    run: async (session) => {
      const row = await oneRow(
        session,
        "select 'first'::text as z, 2::int4 as a, true::boolean as m, 0.5::float8 as b",
      );
      assert.deepEqual(row, ['first', 2, true, 0.5]);
    },
  },
  {
    title: 'does not care how columns are spelled',
    run: async (session) => {
      const text = 'select 1::int4 as snake_case, 2::int4 as "camelCase", 3::int4 as "with space", 4::int4 as "Ö""x"';
      assert.deepEqual(await oneRow(session, text), [1, 2, 3, 4]);
    },
  },
  {
    title: 'keeps twelve parameters apart, whatever their order in the text',
    run: async (session) => {
      const positions = [12, 1, 11, 2, 10, 3, 9, 4, 8, 5, 7, 6];
      const list = positions.map((n) => `$${n}::int4 as c${n}`).join(', ');
      const values = positions.map((_, index) => (index + 1) * 100);
      assert.deepEqual(
        await oneRow(session, `select ${list}`, ...values),
        positions.map((n) => n * 100),
      );
    },
  },
  {
    title: 'sends a parameter once that is used twice',
    run: async (session) => {
      const row = await oneRow(session, 'select $2::text as a, $1::int4 as b, $2::text as c', 5, 'x');
      assert.deepEqual(row, ['x', 5, 'x']);
    },
  },
  {
    title: 'leaves literals in the statement alone',
    run: async (session) => {
      const text = `select 'a ? $9 :x %s "q" -- /*'::text as a /* $2 ? */, $1::text as b -- $3 ?`;
      assert.deepEqual(await oneRow(session, text, 'b'), ['a ? $9 :x %s "q" -- /*', 'b']);
    },
  },
  {
    title: 'gives many rows, in order',
    run: async (session) => {
      const text = `
        select n::int4 as n, 'row ' || n::text as label, (n % 2 = 0)::boolean as even
        from generate_series(1, $1::int4) as n order by n`;
      const rows = await session.run(sql(text, 3_000));
      assert.equal(rows.length, 3_000);
      assert.ok(rows.every(([n, label, even], i) => n === i + 1 && label === `row ${n}` && even === (i % 2 === 1)));
    },
  },
  {
    title: 'gives an empty list for no rows',
    run: async (session) => {
      assert.deepEqual([...(await session.run(sql('select 1::int4 as value where $1::boolean', false)))], []);
    },
  },
  {
    title: 'gives an empty list for a statement that returns nothing',
    run: async (session) => {
      assert.deepEqual([...(await session.run(sql('do $body$ begin perform 1; end $body$')))], []);
    },
  },
  {
    title: 'gives an empty text for a function that returns nothing, cast to text',
    run: async (session) => {
      const text = 'select pg_advisory_xact_lock_shared($1::int4, $2::int4)::text as value';
      assert.equal(await oneValue(session, text, 1, 2), '');
    },
  },
  {
    title: 'runs two texts under one statement name, as two schemas on one connection do',
    run: async (session) => {
      const name = 'bearmq_testkit_shared_name';
      for (let round = 0; round < 2; round += 1) {
        const number = await session.run({ name, text: 'select $1::int4 as in_one_schema', values: [1] });
        const text = await session.run({
          name,
          text: "select $1::text as inside, 'x'::text as another",
          values: ['one'],
        });
        assert.deepEqual([...number, ...text], [[1], ['one', 'x']]);
      }
    },
  },
  {
    title: 'accepts a statement name of 63 bytes',
    run: async (session) => {
      const statement = { name: `bearmq_${'n'.repeat(56)}`, text: 'select 63::int4 as value', values: [] };
      assert.deepEqual([...(await session.run(statement))], [[63]]);
    },
  },
  {
    title: 'runs statements that were asked for at once, each with its own result',
    run: async (session) => {
      const numbers = Array.from({ length: 20 }, (_, index) => index);
      const results = await Promise.all(numbers.map((n) => oneValue(session, 'select $1::int4 as value', n)));
      assert.deepEqual(results, numbers);
    },
  },
  {
    title: 'reports the SQLSTATE of an error, and the constraint',
    run: async (session) => {
      const raise = `do $body$ begin
        raise exception 'no more bears' using errcode = '23505', constraint = 'bears_key';
      end $body$`;
      const error = await databaseError(session.run(sql(raise)));
      assert.deepEqual([error.sqlState, error.constraint, error.isRetryable], ['23505', 'bears_key', false]);
      assert.match(error.message, /no more bears/);
    },
  },
  {
    title: 'reports an error of the class "try again" as retryable',
    run: async (session) => {
      const raise = "do $body$ begin raise exception 'not now' using errcode = '40001'; end $body$";
      const error = await databaseError(session.run(sql(raise)));
      assert.deepEqual([error.sqlState, error.constraint, error.isRetryable], ['40001', null, true]);
    },
  },
];
