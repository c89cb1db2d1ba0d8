import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';

/** A temporary folder, removed when the test file is done. */
export function useFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bearmq-demo-test-'));
  chmodSync(folder, 0o755); // root's PostgreSQL runs as another user
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, given by their path below `root`. */
export function writeFiles(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** 30 files in 4 folders, among them two that are the same, odd names, an empty and a binary one; and what is left out. */
export function writeSample(root: string): { readonly files: number; readonly folders: number } {
  const plain = Object.fromEntries(Array.from({ length: 25 }, (_file, i) => [`many/${i}.txt`, `line ${i}\nlast`]));
  writeFiles(root, {
    ...plain,
    'a.md': '# Bears\n\nsleep in winter\n',
    'copies/one.md': '# Bears\n\nsleep in winter\n',
    'odd/with "quotes", and\na line end.txt': 'x',
    'odd/ünïcödé 🐻.txt': 'wörds und wörter\n',
    'odd/empty': '',
    'node_modules/left-out.txt': 'not seen',
    '.git/left-out.txt': 'not seen',
  });
  symlinkSync(join(root, 'a.md'), join(root, 'link.md'));
  return { files: 30, folders: 4 };
}
