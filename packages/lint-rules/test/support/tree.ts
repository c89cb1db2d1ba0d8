import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const REPOSITORY: string = resolve(import.meta.dirname, '../../../..');

/** Lays out a small repository, runs `work` in it, and removes it. */
export function withTree<T>(files: Readonly<Record<string, string>>, work: (root: string) => T): T {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bearmq-lint-')));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return work(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a Node program and waits for its end. */
export function runNode(args: readonly string[], cwd: string = REPOSITORY): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Copies Biome's configuration and its plugins into a tree. */
export function copyBiomeConfiguration(root: string): void {
  cpSync(join(REPOSITORY, 'biome.jsonc'), join(root, 'biome.jsonc'));
  cpSync(join(REPOSITORY, 'packages/lint-rules/biome'), join(root, 'packages/lint-rules/biome'), { recursive: true });
}
