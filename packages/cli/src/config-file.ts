import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { usageError } from './cli-error.ts';
import type { CliConfig } from './config.ts';
import { importModule } from './typescript.ts';

/** A config file, and where it lies. */
export interface FoundConfig extends CliConfig {
  readonly file: string | null;
}

/** What a config file may be called; the first that is there counts. */
export const CONFIG_NAMES: readonly string[] = ['ts', 'mts', 'mjs', 'js', 'json'].map(
  (ending) => `bearmq.config.${ending}`,
);
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
    const found = CONFIG_NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return null;
  }
}

async function load(file: string): Promise<unknown> {
  if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8'));
  return ((await importModule(file)) as { readonly default?: unknown }).default;
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
