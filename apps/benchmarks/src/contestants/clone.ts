import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export type BearMq = typeof import('bearmq');

/** A clone of this repository that is measured. */
interface Clone {
  load(): Promise<BearMq>;
  /** What was released last, and which commit this is. */
  version(): Promise<string>;
}

export const thisClone: Clone = {
  load: () => import('bearmq'),
  version: () => versionOf(fileURLToPath(import.meta.resolve('bearmq/package.json'))),
};

/** Its folder. An environment variable, since the processes that are started for a measurement inherit it. */
const FOLDER = 'BEARMQ_BENCH_AGAINST';

/** Names the other clone. @throws Error when it is none, or was not built. */
export function compareWith(folder: string): void {
  const built = entry(resolve(folder));
  if (!existsSync(built))
    throw new Error(`--against ${folder}: there is no ${built}; name a clone in which \`pnpm build\` was run`);
  process.env[FOLDER] = resolve(folder);
}

export const otherClone: Clone = {
  load: async () => (await import(pathToFileURL(entry(folderOfOther())).href)) as BearMq,
  version: () => versionOf(join(folderOfOther(), 'packages', 'bearmq', 'package.json')),
};

function folderOfOther(): string {
  const folder = process.env[FOLDER];
  if (folder === undefined) throw new Error('there is no other clone to compare with: --against names it');
  return folder;
}

function entry(folder: string): string {
  return join(folder, 'packages', 'bearmq', 'dist', 'index.js');
}

async function versionOf(manifest: string): Promise<string> {
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  const { stdout } = spawnSync('git', ['describe', '--always', '--dirty'], {
    cwd: dirname(manifest),
    encoding: 'utf8',
  });
  return stdout ? `${version} (${stdout.trim()})` : version;
}
