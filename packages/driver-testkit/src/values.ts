import assert from 'node:assert/strict';
import { toArrayLiteral } from '@bearmq/core/driver';
import type { SessionCase } from './cases.ts';
import { databaseError, oneRow, oneValue, sql } from './support.ts';

const TEXTS: readonly (readonly [what: string, text: string])[] = [
  ['an empty text', ''],
  ['spaces, tabs and line ends', '  a\tb\r\nc\n '],
  ['quotes and backslashes', `'single' "double" \\back\\ \`tick\` E'\\n' $$dollar$$`],
  ['control characters', '\u0001\u0007\u001b\u007f\u0085'],
  ['accents, both composed and not', 'é e\u0301 Ö ß ı İ'],
  ['other scripts, right to left too', '熊 คิว очередь תור صف'],
  ['emoji, joined ones too', '🐻 👩‍👩‍👧‍👦 🇨🇭'],
  // Not at the start, where a decoder may take the mark for one of its own and drop it: no JSON text begins with it.
  ['invisible characters, a byte order mark among them', '\u200b\ufeff\u2028\u2029\ufffd'],
  ['what looks like a placeholder', '$1 $2 ? ?? :name @p1 %s {} #{x}'],
  ['what looks like SQL', "'; drop table job; -- /* */"],
  ['what looks like another type', '007'],
  ['what looks like a boolean', 'true'],
  ['what looks like null', 'NULL'],
  ['what looks like a date', '2020-02-30T00:00:00Z'],
  ['what looks like JSON', '{"a": [1]}'],
  ['what looks like an array', '{1,2}'],
];

const JSONS: readonly (readonly [what: string, value: unknown, type: string])[] = [
  ['a JSON object, its keys untouched', { snake_case: 1, camelCase: { 'with space': [] }, '': null }, 'object'],
  ['a JSON array', [1, 'two', [null], { three: 3 }], 'array'],
  ['an empty JSON array', [], 'array'],
  ['a JSON string', 'text with "quotes" and \\ and 🐻', 'string'],
  ['a JSON string that holds JSON', '{"a":1}', 'string'],
  ['a JSON number', 12.5, 'number'],
  ['a JSON boolean', false, 'boolean'],
  ['a JSON null', null, 'null'],
];

const ARRAYS: readonly (readonly [what: string, values: readonly string[]])[] = [
  ['an array of texts', ['a', 'b']],
  ['an empty array', []],
  ['an array of what needs quoting', ['', 'a"b', '\\', 'a\\"b', '{x,y}', 'a,b', ' ', "it's", '🐻\n']],
  ['an array with texts that spell NULL', ['NULL', 'null']],
];

/** Parameters of every kind, and what comes back for them. */
export const valueCases: readonly SessionCase[] = [
  ...TEXTS.map(
    ([what, text]): SessionCase => ({
      title: `keeps ${what}`,
      run: async (session) => {
        assert.equal(await oneValue(session, 'select $1::text as value', text), text);
      },
    }),
  ),
  {
    title: 'keeps a text of one megabyte',
    run: async (session) => {
      const text = 'bear 🐻 '.repeat(100_000);
      assert.equal((await oneValue(session, 'select $1::text as value', text)) === text, true);
    },
  },
  ...JSONS.map(
    ([what, value, type]): SessionCase => ({
      title: `passes ${what} as text`,
      run: async (session) => {
        const text = 'select jsonb_typeof($1::text::jsonb)::text as type, ($1::text::jsonb)::text as value';
        const row = await oneRow(session, text, JSON.stringify(value));
        assert.deepEqual([row[0], JSON.parse(row[1] as string)], [type, value]);
      },
    }),
  ),
  ...ARRAYS.map(
    ([what, values]): SessionCase => ({
      title: `passes ${what} as an array literal`,
      run: async (session) => {
        const text = 'select array_to_json($1::text::text[])::text as value';
        const value = await oneValue(session, text, toArrayLiteral(values));
        assert.deepEqual(JSON.parse(value as string), values);
      },
    }),
  ),
  {
    title: 'passes an array of integers as an array literal',
    run: async (session) => {
      const literal = toArrayLiteral([0, -1, 2_147_483_647]);
      const value = await oneValue(session, 'select array_to_json($1::text::int4[])::text as value', literal);
      assert.deepEqual(JSON.parse(value as string), [0, -1, 2_147_483_647]);
    },
  },
  {
    title: 'refuses a NUL character, which PostgreSQL cannot hold',
    run: async (session) => {
      await databaseError(session.run(sql('select $1::text as value', 'a\0b')));
    },
  },
  {
    title: 'replaces a lone surrogate, or refuses it',
    run: async (session) => {
      // UTF-8 has no form for half a pair. What must not happen is that it breaks the connection or shifts the text.
      const sent = session.run(sql('select $1::text as value', 'a\ud800b\udc00c'));
      const outcome = await sent.then(
        (rows) => rows[0]?.[0],
        () => 'refused',
      );
      assert.ok(outcome === 'a\ufffdb\ufffdc' || outcome === 'refused', `got ${JSON.stringify(outcome)}`);
    },
  },
];
