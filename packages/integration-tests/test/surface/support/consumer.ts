import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pnpm } from './pnpm.ts';
import { publishedPackages, REPOSITORY, readManifest } from './published-packages.ts';

export interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

/** A program that has installed the packages as npm would give them, and nothing of this repository. */
export interface Consumer {
  readonly folder: string;
  /** The packages' archives, by package name. */
  readonly tarballs: ReadonlyMap<string, string>;
  installed(packageName: string): string;
  /** Writes a file of the program; in a folder of its own, a second program that has the same packages. */
  write(file: string, text: string): void;
  run(command: string, args: readonly string[], where?: RunOptions): Outcome;
  /** Lets the program find a package that this repository has installed, under this name. */
  link(from: string, name: string): void;
}

export interface RunOptions {
  /** The folder in which to run, within the consumer's. */
  readonly inside?: string;
  /** `undefined`: not set, whatever is set here. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Packs every published package and unpacks it into the `node_modules` of an empty project. */
export function installedFromTarballs(): Consumer {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bearmq-consumer-')));
  const modules = join(folder, 'node_modules');
  const run = (command: string, args: readonly string[], { inside = '.', env = {} }: RunOptions = {}): Outcome => {
    const cwd = join(folder, inside);
    // Jest marks what it starts; a Jest started by a test must not take itself for one of its workers.
    const { JEST_WORKER_ID: _ours, NODE_OPTIONS: _flags, ...rest } = process.env;
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...rest, ...env } });
    return { status, output: `${stdout}${stderr}` };
  };
  const tarballs = packAll(join(folder, 'tarballs'));
  for (const [name, tarball] of tarballs) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    const { status, output } = run('tar', ['-xzf', tarball]);
    if (status !== 0) throw new Error(output);
    renameSync(join(folder, 'package'), join(modules, name));
  }
  linkDependencies(modules);
  return {
    folder,
    tarballs,
    run,
    installed: (name) => join(modules, name),
    write: (file, text) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    link: (from, name) => link(modules, from, name),
  };
}

function packAll(destination: string): Map<string, string> {
  mkdirSync(destination);
  const filters = publishedPackages.flatMap(({ name }) => ['--filter', name]);
  pnpm(['--recursive', ...filters, 'pack', '--pack-destination', destination], REPOSITORY);
  const archives = readdirSync(destination);
  return new Map(
    publishedPackages.map(({ name }) => {
      const archive = archives.find((file) => new RegExp(`^${name.replace('@', '').replace('/', '-')}-\\d`).test(file));
      if (archive === undefined) throw new Error(`${name} was not packed.`);
      return [name, join(destination, archive)];
    }),
  );
}

/** What the packages themselves need, and what their users' compiler needs. */
function linkDependencies(modules: string): void {
  for (const { folder } of publishedPackages) {
    const { dependencies, peerDependencies } = readManifest(folder);
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) link(modules, folder, name);
  }
  link(modules, REPOSITORY, '@types/node');
  link(modules, join(REPOSITORY, 'packages/integration-tests'), '@types/pg');
}

function link(modules: string, from: string, name: string): void {
  const target = join(modules, name);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(realpathSync(join(from, 'node_modules', name)), target);
}
