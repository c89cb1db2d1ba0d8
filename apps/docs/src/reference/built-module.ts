import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from './repository.ts';

/**
 * A module that a package's build has made and that the package does not export: `cli/dist/commands/index.js`. By its path,
 * which is another from what is built of these sources.
 */
export async function builtModule<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(REPOSITORY, 'packages', path)).href)) as T;
}
