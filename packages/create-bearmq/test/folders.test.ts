import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_FOLDER } from '../src/choices.ts';
import { nameOf } from '../src/package-name.ts';

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'create-bearmq-'));
  writeFileSync(join(place, 'file'), '');
  symlinkSync('nowhere/at/all', join(place, 'link'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('a folder that no project can be written into', () => {
  it.each(['file', 'file/beneath', 'link', 'x'.repeat(300)])('is refused in a line: %s', (folder) => {
    const bin = join(import.meta.dirname, '../dist/bin.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, folder, '--yes'], {
      cwd: place,
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .*: cannot be written: E[A-Z]+: .*: give a folder that can be made\n$/);
    expect(readdirSync(place).sort()).toEqual(['file', 'link']);
  });
});

describe('the name of the project', () => {
  it.each([
    ['My Shop', 'my-shop'],
    ['.hidden-', 'hidden'],
    ['日本語', DEFAULT_FOLDER],
    ['node_modules', DEFAULT_FOLDER],
    ['favicon.ico', DEFAULT_FOLDER],
    [`${'x'.repeat(213)}-${'y'.repeat(20)}`, 'x'.repeat(213)],
  ])('is one that npm takes: %s', (folder, name) => {
    expect(nameOf(folder)).toBe(name);
  });
});
