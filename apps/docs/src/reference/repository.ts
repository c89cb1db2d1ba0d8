import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository: the nearest upwards that has its workspace file, from the sources or from what is built. */
export const REPOSITORY: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'pnpm-workspace.yaml'))) {
    if (dirname(folder) === folder) throw new Error('no folder upwards has a pnpm-workspace.yaml');
    folder = dirname(folder);
  }
  return folder;
})();

export const SITE: string = join(REPOSITORY, 'apps', 'docs');
