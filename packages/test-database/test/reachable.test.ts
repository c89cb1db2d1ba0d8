import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closedFolder, reachableBinaries, temporaryFolder } from '../src/reachable.ts';

const stranger = { uid: 64_123, gid: 64_123 };
const removable: string[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bearmq-reachable-')); // mkdtemp's folders are private
  removable.push(folder);
  mkdirSync(join(folder, 'bin'));
  for (const name of ['initdb', 'postgres']) writeFileSync(join(folder, 'bin', name), name);
});

afterEach(() => {
  for (const path of removable.splice(0)) rmSync(path, { recursive: true, force: true });
});

function binaries(): { initdb: string; postgres: string; label: string } {
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres'), label: 'a fake' };
}

describe('reachableBinaries', () => {
  it('copies what lies below a private folder', () => {
    expect(closedFolder(binaries().postgres, stranger)).toBe(folder);
    const copy = reachableBinaries(binaries(), stranger);
    removable.push(dirname(dirname(copy.postgres)));
    expect(closedFolder(copy.postgres, stranger)).toBeUndefined();
    expect(readFileSync(copy.initdb, 'utf8')).toBe('initdb');
    expect(reachableBinaries(binaries(), stranger)).toEqual(copy);
  });

  it('leaves alone what can be reached', () => {
    chmodSync(folder, 0o755);
    if (closedFolder(tmpdir(), stranger) === undefined) {
      expect(reachableBinaries(binaries(), stranger)).toEqual(binaries());
    }
    expect(reachableBinaries(binaries(), undefined)).toEqual(binaries());
  });

  it('finds a temporary folder that others can enter', () => {
    expect(closedFolder(join(temporaryFolder(stranger), '.'), stranger)).toBeUndefined();
  });

  it('passes over a temporary folder that is private itself', () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
    try {
      expect(temporaryFolder(stranger)).not.toBe(folder);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });
});
