import { describe, expect, it } from '@jest/globals';
import { quoteLiteral, withServerTypes } from './sql-text.ts';

describe('a quoted text', () => {
  it.each([
    ['plain', `'plain'`],
    ["it's", `'it''s'`],
    ['a\\b', ` E'a\\\\b'`],
    [`\\'`, ` E'\\\\'''`],
    ['', `''`],
  ])('of %j is %s', (text, quoted) => {
    expect(quoteLiteral(text)).toBe(quoted);
  });
});

describe('the types that a statement casts to', () => {
  it.each([
    ['select $1::text::uuid[], a::float8', 'select $1::pg_catalog.text::pg_catalog.uuid[], a::pg_catalog.float8'],
    ['select x::boolean, y::bigint, z::textual', 'select x::boolean, y::bigint, z::textual'],
    ['insert into "it""s::text".job values ($1::json)', 'insert into "it""s::text".job values ($1::pg_catalog.json)'],
    ['select $1::"s"."text"', 'select $1::"s"."text"'],
  ])("are PostgreSQL's own: %s", (statement, qualified) => {
    expect(withServerTypes(statement)).toBe(qualified);
  });
});
