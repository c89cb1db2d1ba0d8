import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FrozenText, FrozenVersion } from '../src/frozen.ts';
import type { Migration } from '../src/migration.ts';
import { fileOf, freezeVersion, hashOf, listOf, moduleOf } from './texts.ts';

/** What `released.json` keeps of a version: enough to tell that its text is as it was. */
export interface Released extends Pick<FrozenVersion, 'name' | 'oldestClient' | 'sha256'> {
  /** The first release that has it. */
  readonly release: string;
}

export interface Examined {
  readonly versions: readonly Omit<FrozenVersion, 'makes'>[];
  /** By version. */
  readonly released: Readonly<Record<string, Released>>;
  /** What freezing would not put right. */
  readonly problems: readonly string[];
  /** Files of `src/versions` that are to be written, by name; those with nothing to write are to be removed. */
  readonly toWrite: ReadonlyMap<string, string | undefined>;
}

/** Where the files of a package lie. */
export const placesIn = (folder: string) =>
  ({
    versions: join(folder, 'src/versions'),
    drafts: join(folder, 'freeze/drafts.ts'),
    released: join(folder, 'freeze/released.json'),
    manifest: join(folder, 'package.json'),
  }) as const;

/** Compares the frozen versions of a package (this one, or a copy of it) with its drafts and with what was released. */
export async function examine(folder: string): Promise<Examined> {
  const places = placesIn(folder);
  const { drafts } = (await import(pathToFileURL(places.drafts).href)) as { drafts: readonly Migration[] };
  const released = JSON.parse(readFileSync(places.released, 'utf8')) as Readonly<Record<string, Released>>;
  const problems: string[] = [];
  const wanted = new Map<string, string>();
  const kept: Omit<FrozenVersion, 'makes'>[] = [];

  for (const [number, { release, ...rest }] of Object.entries(released)) {
    const version = { version: Number(number), ...rest };
    kept.push(version);
    const path = join(places.versions, fileOf(version));
    wanted.set(fileOf(version), existsSync(path) ? readFileSync(path, 'utf8') : '');
    if ((await hashIn(path, version)) === version.sha256) continue;
    problems.push(
      `version ${number} was released in ${release}, and databases have it: its text never changes. Put back ` +
        `src/versions/${fileOf(version)} as it was in that release, and make your change a version of its own`,
    );
  }
  for (const draft of drafts) {
    const frozen = freezeVersion(draft);
    const { release, sha256 } = released[draft.version] ?? {};
    if (release === undefined) {
      kept.push(frozen);
      wanted.set(fileOf(frozen), moduleOf(frozen));
    } else if (sha256 !== frozen.sha256) {
      problems.push(
        `version ${draft.version} was released in ${release}, and databases have it: its text never changes. Take it ` +
          `out of freeze/drafts.ts, and put what you changed there as version ${Object.keys(released).length + 1}`,
      );
    }
  }
  const versions = kept.sort((a, b) => a.version - b.version);
  for (const [i, { version }] of versions.entries()) {
    if (version !== i + 1) problems.push(`versions count from 1 without gaps, but after ${i} comes ${version}`);
  }
  wanted.set('list.ts', listOf(versions));
  return { versions, released, problems, toWrite: differences(places.versions, wanted) };
}

async function hashIn(path: string, version: Omit<FrozenVersion, 'makes'>): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  const { makes } = (await import(pathToFileURL(path).href)) as { makes: FrozenText };
  return hashOf({ ...version, makes });
}

function differences(folder: string, wanted: ReadonlyMap<string, string>): ReadonlyMap<string, string | undefined> {
  const found = readdirSync(folder).filter((file) => file !== 'index.ts');
  const unequal = [...wanted].filter(
    ([file, text]) => !found.includes(file) || readFileSync(join(folder, file), 'utf8') !== text,
  );
  return new Map<string, string | undefined>([
    ...unequal,
    ...found.filter((file) => !wanted.has(file)).map((file) => [file, undefined] as const),
  ]);
}
