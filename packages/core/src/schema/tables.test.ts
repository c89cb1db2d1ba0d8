import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidIdentifierError } from '../driver/index.ts';
import { notificationChannel, tablesOf } from './tables.ts';

const bytes = (text: string) => new TextEncoder().encode(text).length;

describe('the names of a schema', () => {
  it('are all quoted and qualified', () => {
    const { schemaName, fn, ...names } = tablesOf('We"ird');
    expect(schemaName).toBe('We"ird');
    expect(fn('claim_v1')).toBe('"We""ird".claim_v1');
    expect(names.schema).toBe('"We""ird"');
    const { schema: _, ...tables } = names;
    for (const name of Object.values(tables)) expect(name).toMatch(/^"We""ird"\.[a-z_]+$/);
    expect(new Set(Object.values(tables)).size).toBe(Object.values(tables).length);
  });

  it('are not made for a name that PostgreSQL could not hold', () => {
    expect(() => tablesOf('')).toThrow(InvalidIdentifierError);
  });
});

describe('the notification channel of a schema', () => {
  it('is its name where that fits', () => {
    expect(notificationChannel('_job')).toBe('bearmq:_job');
    expect(notificationChannel('x'.repeat(56))).toBe(`bearmq:${'x'.repeat(56)}`);
  });

  it('is a hash of it where it does not: always the same, and another for another', () => {
    const long = 'x'.repeat(57);
    expect(notificationChannel(long)).toMatch(/^bearmq:[0-9a-f]{16}$/);
    expect(notificationChannel(long)).toBe(notificationChannel(long));
    expect(notificationChannel(`${long}y`)).not.toBe(notificationChannel(`${long}z`));
    // Two releases must agree on it: this one is computed by hand.
    expect(notificationChannel('ü'.repeat(31))).toBe(`bearmq:${fnv1a('ü'.repeat(31))}`);
  });

  it('fits in 63 bytes whatever the name', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 63 });
    fc.assert(fc.property(name, (text) => bytes(notificationChannel(text.toWellFormed())) <= 63));
  });
});

/** FNV-1a with 64 bits, as its authors write it. */
function fnv1a(text: string): string {
  let hash = 14695981039346656037n;
  for (const byte of new TextEncoder().encode(text)) {
    hash ^= BigInt(byte);
    hash = (hash * 1099511628211n) % 2n ** 64n;
  }
  return hash.toString(16).padStart(16, '0');
}
