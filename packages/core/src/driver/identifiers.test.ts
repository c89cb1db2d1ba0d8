import { describe, expect, it } from '@jest/globals';
import { InvalidIdentifierError, quoteIdentifier } from './identifiers.ts';

describe('a quoted name', () => {
  it.each([
    ['_job', '"_job"'],
    ['We"ird schéma', '"We""ird schéma"'],
    ['"', '""""'],
    ["it's", `"it's"`],
    ['a\\b', '"a\\b"'],
    ['x'.repeat(63), `"${'x'.repeat(63)}"`],
    ['ü'.repeat(31), `"${'ü'.repeat(31)}"`],
  ])('of %j is %s', (name, quoted) => {
    expect(quoteIdentifier(name)).toBe(quoted);
  });

  it.each<[unknown, string]>([
    ['', 'schema name "" must be a non-empty string'],
    [undefined, 'schema name undefined must be a non-empty string'],
    [7, 'schema name 7 must be a non-empty string'],
    [null, 'schema name null must be a non-empty string'],
    [
      Object.create(null),
      'schema name an object must be a non-empty string: give the name itself, not an object of options',
    ],
    ['\ud83d', 'schema name "\\ud83d" must not contain half a surrogate pair'],
    ['x'.repeat(1_000_000), `schema name "${'x'.repeat(79)}…" has far too many bytes; PostgreSQL keeps at most 63`],
    ['a\0b', 'schema name "a\\u0000b" must not contain a NUL character'],
    ['x'.repeat(64), `schema name "${'x'.repeat(64)}" has 64 bytes; PostgreSQL keeps at most 63`],
    ['ü'.repeat(32), `schema name "${'ü'.repeat(32)}" has 64 bytes; PostgreSQL keeps at most 63`],
  ])('is refused for %j', (name, message) => {
    const quote = () => quoteIdentifier(name as string);
    expect(quote).toThrow(InvalidIdentifierError);
    expect(quote).toThrow(expect.objectContaining({ message, code: 'BEAR_INVALID_IDENTIFIER' }));
  });
});
