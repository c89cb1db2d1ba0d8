import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder with a package.json and a lockfile of its own, which `pnpm install` of the workspace does not touch. */
const FOLDER = fileURLToPath(new URL('../peers', import.meta.url));

/** Installs what the lockfile says, unless it is there already. */
export function installPeers(): void {
  const wanted = Object.entries(readJson(join(FOLDER, 'package.json')).dependencies ?? {});
  if (wanted.every(([name, version]) => installedVersion(name) === version)) return;
  process.stderr.write(`installing ${wanted.map(([name]) => name).join(', ')} into ${FOLDER}\n`);
  // No package needs its scripts: native helpers come ready-made for the common platforms.
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
    cwd: FOLDER,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** @returns the version of a package in the peers' folder, or undefined */
export function installedVersion(name: string): string | undefined {
  const manifest = join(FOLDER, 'node_modules', name, 'package.json');
  return existsSync(manifest) ? readJson(manifest).version : undefined;
}

export async function peerVersion(name: string): Promise<string> {
  return installedVersion(name) ?? 'not installed';
}

/**
 * Imports a package of the peers' folder. `T` is the part of it that the caller uses: its own types are not there when
 * the benchmark is compiled.
 */
export async function loadPeer<T>(name: string): Promise<T> {
  const { load }: { load(name: string): Promise<T> } = await import(pathToFileURL(join(FOLDER, 'load.mjs')).href);
  return await load(name);
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readJson(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8'));
}
