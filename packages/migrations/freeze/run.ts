import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Examined, examine, placesIn, type Released } from './examine.ts';

const COMMAND = 'pnpm --filter @bearmq/migrations';

/** @returns the exit code. Problems are printed, each with its remedy. */
export async function run(what: string, folder: string): Promise<number> {
  const action = actions[what];
  if (action === undefined) return fail([`"${what}" is not one of ${Object.keys(actions).join(', ')}`]);
  const examined = await examine(folder);
  return examined.problems.length > 0 ? fail(examined.problems) : action(folder, examined);
}

const actions: Readonly<Record<string, (folder: string, examined: Examined) => number>> = {
  freeze(folder, { toWrite }) {
    for (const [file, text] of toWrite) {
      const path = join(placesIn(folder).versions, file);
      if (text === undefined) rmSync(path);
      else writeFileSync(path, text);
      console.log(`${text === undefined ? 'removed' : 'wrote'} src/versions/${file}`);
    }
    if (toWrite.size === 0) console.log('The frozen versions are what the schema makes.');
    return 0;
  },

  check(_folder, { toWrite, versions, released }) {
    if (toWrite.size > 0) {
      const files = [...toWrite.keys()].map((file) => `packages/migrations/src/versions/${file}`);
      return fail([`${files.join(', ')}: not what the schema makes; run ${COMMAND} freeze`]);
    }
    console.log(`Versions: ${versions.length}, of which ${Object.keys(released).length} are released, all as frozen`);
    return 0;
  },

  release(folder, examined) {
    if (examined.toWrite.size > 0) return actions['check']?.(folder, examined) ?? 1;
    const { manifest, released: file } = placesIn(folder);
    const { version: release } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    const { versions, released } = examined;
    const entries = versions.map(({ version, name, oldestClient, sha256 }): [string, Released] => [
      String(version),
      released[version] ?? { release, name, ...(oldestClient === undefined ? {} : { oldestClient }), sha256 },
    ]);
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
    console.log(`Versions up to ${versions.length} are released.`);
    return 0;
  },

  sealed(folder, examined) {
    if (examined.toWrite.size > 0) return actions['check']?.(folder, examined) ?? 1;
    const open = examined.versions.filter(({ version }) => examined.released[version] === undefined);
    if (open.length === 0) return 0;
    const which = open.map(({ version, name }) => `${version} (${name})`).join(', ');
    return fail([
      `a published version never changes, but these are not entered as released: ${which}; ` +
        `run ${COMMAND} release, and commit what it writes`,
    ]);
  },
};

function fail(problems: readonly string[]): number {
  for (const problem of problems) console.error(problem);
  return 1;
}
