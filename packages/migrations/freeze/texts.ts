import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Tables, tablesOf } from '@bearmq/core/schema';
import { FROZEN_SCHEMA, type FrozenText, type FrozenVersion, thaw } from '../src/frozen.ts';
import type { Migration } from '../src/migration.ts';

/** Names that show whether a text takes any: quotes, dollar quotes, patterns of `replaceAll`, the frozen name itself. */
const AWKWARD = ['We"ird', "it's", 'a\\b', '$bearmq$ $bearmq_0$', "$&$'", `"${FROZEN_SCHEMA}"`, 'ü'.repeat(31)];

/**
 * Turns a draft into text.
 *
 * @throws Error where the text would not be the draft's for a schema of another name.
 */
export function freezeVersion(draft: Migration): FrozenVersion {
  const { version, name, oldestClient } = draft;
  const kept = {
    version,
    name,
    ...(oldestClient === undefined ? {} : { oldestClient }),
    makes: madeIn(draft, tablesOf(FROZEN_SCHEMA)),
  };
  const thawed = thaw(kept);
  for (const schema of AWKWARD) {
    const n = tablesOf(schema);
    if (isDeepStrictEqual(madeIn(thawed, n), madeIn(draft, n))) continue;
    throw new Error(
      `version ${version} (${name}) cannot be frozen: putting the name ${JSON.stringify(schema)} into its text gives ` +
        'another text than it makes for that schema. Name objects by Tables only, quote a name within a body by ' +
        `NAME_TAG, and don't write "${FROZEN_SCHEMA}" or a tag of your own`,
    );
  }
  return { ...kept, sha256: hashOf(kept) };
}

function madeIn(migration: Migration, n: Tables): FrozenText {
  return 'index' in migration ? { index: migration.index(n) } : { statements: [...migration.statements(n)] };
}

/** What tells whether anything of a version was changed. */
export function hashOf({ version, name, oldestClient, makes }: Omit<FrozenVersion, 'sha256'>): string {
  const parts = 'index' in makes ? [makes.index.name, makes.index.table, makes.index.definition] : makes.statements;
  const text = JSON.stringify([version, name, oldestClient ?? null, 'index' in makes ? 'index' : 'statements', parts]);
  return createHash('sha256').update(text).digest('hex');
}

/** The module that holds a version's text: `0001-initial.ts`. */
export function fileOf({ version, name }: Pick<FrozenVersion, 'version' | 'name'>): string {
  return `${String(version).padStart(4, '0')}-${name.replaceAll(/[^a-z0-9]+/g, '-')}.ts`;
}

const HEAD =
  '// Written by `pnpm --filter @bearmq/migrations freeze`, never by hand: see CONTRIBUTING.md, "A migration".\n';

/** The source of that module, as Biome has it. */
export function moduleOf({ makes }: Pick<FrozenVersion, 'makes'>): string {
  const lines =
    'index' in makes
      ? [
          '  index: {',
          `    name: ${literal(makes.index.name)},`,
          `    table: ${literal(makes.index.table)},`,
          `    definition: ${literal(makes.index.definition)},`,
          '  },',
        ]
      : ['  statements: [', ...makes.statements.map((text) => `    ${literal(text)},`), '  ],'];
  return `${HEAD}import type { FrozenText } from '../frozen.ts';\n\nexport const makes: FrozenText = {\n${lines.join('\n')}\n};\n`;
}

/** The source of `versions/list.ts`. */
export function listOf(versions: readonly Omit<FrozenVersion, 'makes'>[]): string {
  const imports = versions.map((one) => `import { makes as makes${one.version} } from './${fileOf(one)}';`);
  const entries = versions.map(({ version, name, oldestClient, sha256 }) => [
    '  {',
    `    version: ${version},`,
    `    name: '${name}',`,
    ...(oldestClient === undefined ? [] : [`    oldestClient: ${oldestClient},`]),
    `    sha256: '${sha256}',`,
    `    makes: makes${version},`,
    '  },',
  ]);
  return `${HEAD}import type { FrozenVersion } from '../frozen.ts';
${imports.join('\n')}

/** What each version makes, oldest first. */
export const versions: readonly FrozenVersion[] = [
${entries.flat().join('\n')}
];
`;
}

/** Over as many lines as the text has, so that a change of it can be read. */
function literal(text: string): string {
  return `\`${text.replaceAll(/\\|`|\$\{/g, (special) => `\\${special}`)}\``;
}
