import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { codeOf, includeIn } from '../src/site/regions.ts';

const folder = mkdtempSync(join(tmpdir(), 'bearmq-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

describe('code that a page includes', () => {
  test('is named by its file, its region and its language', () => {
    const page = '/site/guides/retries.md';
    expect(includeIn('<<< ../../examples/src/retries.ts#retries{ts}', page)).toEqual({
      file: '/examples/src/retries.ts',
      region: 'retries',
      language: 'ts',
    });
    expect(includeIn('<<< ../snippets/map.json', page)).toMatchObject({ region: undefined, language: 'json' });
    expect(includeIn('see <<< below', page)).toBeUndefined();
  });

  test.each([
    ['a.ts', '//'],
    ['a.sql', '--'],
    ['a.py', '#'],
  ])('is a region without its marks and its indent: %s', (name, mark) => {
    const inner = [`  ${mark} #region b`, '  second', `  ${mark} #endregion b`];
    const file = fileOf(name, [
      'above',
      `  ${mark} #region a`,
      '  first',
      ...inner,
      '    third',
      `  ${mark} #endregion a`,
    ]);
    expect(codeOf({ file, region: 'a' })).toBe('first\nsecond\n  third');
    expect(codeOf({ file, region: 'b' })).toBe('second');
  });

  test('fails the build where its region or its file is not there', () => {
    const file = fileOf('b.ts', ['// #region a', 'first']);
    expect(() => codeOf({ file, region: 'a' })).toThrow('has no region a');
    expect(() => codeOf({ file, region: 'c' })).toThrow('has no region c');
    expect(() => codeOf({ file: join(folder, 'c.ts'), region: undefined })).toThrow('there is no file');
  });
});
