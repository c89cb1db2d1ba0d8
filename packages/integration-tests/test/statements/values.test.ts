import { quoteIdentifier, toArrayLiteral } from '@bearmq/core/driver';
import { notificationChannel, quoteLiteral } from '@bearmq/core/schema';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { useSchema } from '../support/database.ts';

const schema = useSchema({ migrations: 'none' });

/** Any text that PostgreSQL can store, with more of the characters that matter than chance would bring. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', "'", '\\', '{', '}', ',', ' ', 'NULL', 'null', '$', '\n', '\t', '🐻', 'é'),
      fc.string({ unit: 'binary' }),
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join('').replaceAll('\0', '').toWellFormed());

describe('an array literal', () => {
  it('reads back as the texts that went in, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 20 }), async (values) => {
        const read = await schema.value('select to_json($1::text::text[])::text', [toArrayLiteral(values)]);
        expect(JSON.parse(String(read))).toEqual(values);
      }),
      { numRuns: 200 },
    );
  });

  it('reads back as the numbers that went in', async () => {
    const int4 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const float8 = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0); // no -0: String() drops it
    await fc.assert(
      fc.asyncProperty(fc.array(int4), fc.array(float8), async (whole, any) => {
        const [row] = await schema.rows('select $1::text::int4[] as whole, $2::text::float8[] as any', [
          toArrayLiteral(whole),
          toArrayLiteral(any),
        ]);
        expect(row).toEqual({ whole, any });
      }),
      { numRuns: 50 },
    );
  });
});

describe('a quoted text', () => {
  it.each(['on', 'off'])('reads back as it was, with standard_conforming_strings %s', async (setting) => {
    const pool = schema.newPool({
      max: 1,
      options: `-c standard_conforming_strings=${setting} -c escape_string_warning=off`,
    });
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { rows } = await pool.query(`select ${quoteLiteral(value)} as value`);
        expect(rows).toEqual([{ value }]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a quoted name', () => {
  const name = text.filter((value) => value !== '' && new TextEncoder().encode(value).length <= 63);

  it('is the name that the server then knows', async () => {
    await fc.assert(
      fc.asyncProperty(name, async (value) => {
        const { fields } = await schema.pool.query(`select 1 as ${quoteIdentifier(value)}`);
        expect(fields[0]?.name).toBe(value);
      }),
      { numRuns: 100 },
    );
  });

  it('is also a channel to listen on, however long it is', async () => {
    const client = await schema.direct.connect();
    await fc.assert(
      fc.asyncProperty(name, async (value) => {
        const channel = notificationChannel(value);
        await client.query('unlisten *');
        await client.query(`listen ${quoteIdentifier(channel)}`);
        const { rows } = await client.query('select * from pg_listening_channels() as channel');
        expect(rows).toEqual([{ channel }]);
      }),
      { numRuns: 50 },
    );
    client.release(true);
  });
});
