import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { usageError } from './cli-error.ts';
import type { CliConfig } from './config.ts';

/** A config file, and where it lies. */
export interface FoundConfig extends CliConfig {
  readonly file: string | null;
}

const NAMES = ['ts', 'mts', 'mjs', 'js', 'json'].map((ending) => `bearmq.config.${ending}`);
const KEYS: readonly string[] = ['databaseUrl', 'schema', 'module'] satisfies (keyof CliConfig)[];

/**
 * The config file that is named; else the nearest one upwards, but not beyond the root of the repository.
 *
 * @throws {CliError} where the named one is not there, or says what no config file does.
 */
export async function readConfig(cwd: string, named: string | undefined): Promise<FoundConfig> {
  const file = named === undefined ? nearest(cwd) : resolve(cwd, named);
  if (file === null) return { file };
  if (!existsSync(file)) throw usageError(`--config: ${JSON.stringify(named)}: there is no such file`);
  return { ...checked(file, await load(file)), file };
}

function nearest(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return null;
  }
}

async function load(file: string): Promise<unknown> {
  if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8'));
  return ((await importModule(file)) as { readonly default?: unknown }).default;
}

/** @throws {CliError} for TypeScript where Node.js cannot run it. */
export async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  if (/\.[mc]?ts$/.test(file) && !runsTypeScript()) {
    throw usageError(
      `${file}: is TypeScript, which this Node.js (${process.version}) does not run: call \`npx tsx node_modules/.bin/bearmq …\`, ` +
        'or use Node.js 22.18 or later',
    );
  }
  return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
}

/** Node.js does by itself from 22.18 on; a loader such as tsx says so in the arguments that Node.js was given. */
function runsTypeScript(): boolean {
  const { typescript } = process.features as { readonly typescript?: unknown };
  return Boolean(typescript) || process.execArgv.some((arg) => /\b(tsx|ts-node|swc|jiti)\b/.test(arg));
}

function checked(file: string, config: unknown): CliConfig {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw usageError(`${file}: has no default export that is an object: write export default { … }`);
  }
  for (const [key, value] of Object.entries(config)) {
    if (!KEYS.includes(key)) throw usageError(`${file}: ${key}: is not known; there are ${KEYS.join(', ')}`);
    if (value !== undefined && typeof value !== 'string') throw usageError(`${file}: ${key}: must be a string`);
  }
  return config;
}
