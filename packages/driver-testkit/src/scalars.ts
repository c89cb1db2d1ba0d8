import assert from 'node:assert/strict';
import type { SqlValue } from '@bearmq/core/driver';
import type { SessionCase } from './cases.ts';
import { oneRow, oneValue, rejection, sql } from './support.ts';

const NUMBERS: readonly (readonly [what: string, type: string, values: readonly number[]])[] = [
  ['integers', 'int4', [0, 1, -1, 2_147_483_647, -2_147_483_648]],
  ['fractions', 'float8', [0.1, -0.1, 1 / 3, 123_456.789, 5e-324, 1.7976931348623157e308]],
  ['whole numbers beyond 32 bits', 'float8', [2 ** 31, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1e21]],
  ['infinities and NaN', 'float8', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]],
];

const NULLS = 'select $1::text as a, $2::int4 as b, $3::float8 as c, $4::boolean as d';

/** Milliseconds since the epoch: today, before 1970, a leap day, the last millisecond of a year, far ahead. */
const INSTANTS = [0, 1_700_000_000_123, -86_400_001, 951_782_400_000, 1_735_689_599_999, 32_503_680_000_001];

/** Results that the server would rather give as types on which clients disagree; statements cast them to text. */
const CASTS: readonly (readonly [what: string, text: string, value: SqlValue])[] = [
  ['a bigint beyond double precision', "select '9223372036854775807'::int8::text as value", '9223372036854775807'],
  ['a count', 'select count(*)::text as value from generate_series(1, 3)', '3'],
  ['a numeric', "select '12345678901234567890.50'::numeric::text as value", '12345678901234567890.50'],
  [
    'a uuid',
    "select '0190A0C4-6B7E-7000-8000-000000000000'::uuid::text as value",
    '0190a0c4-6b7e-7000-8000-000000000000',
  ],
  ['an enum or name', "select 'bear'::name::text as value", 'bear'],
];

/** Numbers, booleans, nulls and instants. */
export const scalarCases: readonly SessionCase[] = [
  ...NUMBERS.map(
    ([what, type, values]): SessionCase => ({
      title: `keeps ${what} (${type})`,
      run: async (session) => {
        for (const value of values) {
          const got = await oneValue(session, `select $1::${type} as value`, value);
          assert.ok(Object.is(got, value), `sent ${value}, got ${typeof got} ${got}`);
        }
      },
    }),
  ),
  {
    title: 'may lose the sign of zero, but nothing else of it',
    run: async (session) => {
      const value = await oneValue(session, 'select $1::float8 as value', -0);
      assert.equal(typeof value, 'number');
      assert.ok(value === 0, `got ${value}`);
    },
  },
  {
    title: 'keeps booleans',
    run: async (session) => {
      assert.deepEqual(await oneRow(session, 'select $1::boolean as a, $2::boolean as b', true, false), [true, false]);
    },
  },
  {
    title: 'keeps null for every type',
    run: async (session) => {
      assert.deepEqual(await oneRow(session, NULLS, null, null, null, null), [null, null, null, null]);
    },
  },
  {
    title: 'keeps null beside values',
    run: async (session) => {
      assert.deepEqual(await oneRow(session, NULLS, 'a', null, 0.5, null), ['a', null, 0.5, null]);
      assert.deepEqual(await oneRow(session, NULLS, null, 7, null, false), [null, 7, null, false]);
    },
  },
  {
    title: 'refuses undefined, which many clients would send as null',
    run: async (session) => {
      assert.match(
        String(await rejection(session.run(sql('select $1::text as value', undefined as never)))),
        /undefined/,
      );
    },
  },
  {
    title: 'passes instants as milliseconds',
    run: async (session) => {
      const text = `
        select (extract(epoch from to_timestamp($1::float8 / 1000)) * 1000)::float8 as value`;
      for (const instant of INSTANTS) {
        // Before version 14 the server computes this in floating point.
        assert.equal(Math.round((await oneValue(session, text, instant)) as number), instant);
      }
    },
  },
  {
    title: 'reads the clock of the server',
    run: async (session) => {
      const now = await oneValue(session, 'select (extract(epoch from now()) * 1000)::float8 as value');
      assert.ok(typeof now === 'number' && now > 1.7e12, `got ${typeof now} ${now}`);
    },
  },
  ...CASTS.map(
    ([what, text, value]): SessionCase => ({
      title: `reads ${what} cast to text`,
      run: async (session) => {
        assert.equal(await oneValue(session, text), value);
      },
    }),
  ),
];
