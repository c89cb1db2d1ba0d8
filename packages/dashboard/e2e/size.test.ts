import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';

const folder = join(import.meta.dirname, '..', 'dist', 'web', 'assets');
const files = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
const gzipped = (ending: string) =>
  files.filter(({ name }) => name.endsWith(ending)).reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0);

describe('what a browser loads', () => {
  test('is at most 80 kB of scripts, in an entry and one for charts', () => {
    expect(gzipped('.js')).toBeLessThanOrEqual(80_000);
    expect(files.filter(({ name }) => name.endsWith('.js'))).toHaveLength(2);
  });

  test('is at most 12 kB of styles', () => {
    expect(gzipped('.css')).toBeLessThanOrEqual(12_000);
  });

  test('names no address of another site but those of namespaces and documentation', () => {
    const found = files.flatMap(({ bytes }) => bytes.toString('utf8').match(/https?:\/\/[^\s"'`)\\]+/g) ?? []);
    const known = ['http://www.w3.org/'];
    expect(found.filter((address) => !known.some((one) => address.startsWith(one)))).toEqual([]);
  });
});
