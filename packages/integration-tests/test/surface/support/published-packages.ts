import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const REPOSITORY: string = resolve(import.meta.dirname, '../../../../..');

interface Manifest {
  readonly name: string;
  readonly private?: true;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly publishConfig?: { readonly exports?: Manifest['exports'] };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface PublishedPackage {
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** What its users may import: `@bearmq/core`, `@bearmq/core/driver`; not its manifest. */
  readonly specifiers: readonly string[];
}

/** The packages that go to npm: all of `packages/` that is not private. */
export const publishedPackages: readonly PublishedPackage[] = readdirSync(join(REPOSITORY, 'packages'))
  .map((name) => join(REPOSITORY, 'packages', name))
  .map((folder) => ({ folder, manifest: readManifest(folder) }))
  .filter(({ manifest }) => manifest.private !== true)
  .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest, specifiers: specifiersOf(manifest) }));

/** Everything that may be imported from any of them. */
export const specifiers: readonly string[] = publishedPackages.flatMap((published) => published.specifiers);

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** What is packed has the exports of `publishConfig`, where there are some. */
function specifiersOf({ name, exports, publishConfig }: Manifest): readonly string[] {
  return Object.keys(publishConfig?.exports ?? exports)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => name + subpath.slice(1));
}
