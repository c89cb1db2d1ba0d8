import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './repository.ts';

/** The packages in the order of their pages: what several export is told of on the page of the first. */
export const PACKAGES = [
  { folder: 'bearmq', name: 'bearmq', about: 'Everything for a program on `pg`: contexts, definitions, workers.' },
  { folder: 'core', name: '@bearmq/core', about: 'The queue without a client of its own, for other drivers.' },
  { folder: 'driver-pg', name: '@bearmq/driver-pg', about: 'BearMQ on a `pg` Pool, and in transactions of `pg`.' },
  { folder: 'driver-postgresjs', name: '@bearmq/driver-postgresjs', about: 'BearMQ on postgres.js.' },
  { folder: 'driver-pglite', name: '@bearmq/driver-pglite', about: 'BearMQ on PGlite, inside of your process.' },
  { folder: 'driver-testkit', name: '@bearmq/driver-testkit', about: 'Proves a driver of your own.' },
  { folder: 'migrations', name: '@bearmq/migrations', about: 'Makes and upgrades the schema.' },
  { folder: 'doctor', name: '@bearmq/doctor', about: 'Finds what is not in order.' },
  { folder: 'dashboard', name: '@bearmq/dashboard', about: 'The dashboard, as one function to mount.' },
  { folder: 'prometheus', name: '@bearmq/prometheus', about: 'Figures of a schema for Prometheus.' },
  { folder: 'otel', name: '@bearmq/otel', about: 'Traces and metrics of OpenTelemetry.' },
  { folder: 'cli', name: '@bearmq/cli', about: 'The `bearmq` command, to be run by another program.' },
] as const;

/** The one that is too much for one page: its types have a page of their own. */
const LARGE = 'bearmq';
const TYPES = { file: `${LARGE}-types`, name: 'bearmq: types', about: 'The interfaces and types of `bearmq`.' };
const OF_TYPES = /^(?:Interfaces|Type Aliases)\n/;

/** Makes pages of the site of what typedoc has written into a folder. @throws Error for a page that nobody asked for. */
export function rewritePages(folder: string): void {
  const names = PACKAGES.map((known) => known.folder);
  const others = readdirSync(folder).filter(
    (name) => name !== 'index.md' && !names.some((one) => `${one}.md` === name),
  );
  if (others.length > 0) throw new Error(`typedoc has written pages that nobody asked for: ${others.join(', ')}`);
  const texts = new Map<string, string>(
    names.map((name) => [name, tidied(readFileSync(join(folder, `${name}.md`), 'utf8'))]),
  );
  splitLarge(texts);
  const linkedTexts = relinked(texts);
  const linked = new Set(
    [...linkedTexts.values()].flatMap((text) => [...text.matchAll(/#([^)\s]+)\)/g)].map(([, id]) => id)),
  );
  const pages = PACKAGES.flatMap(({ folder: file, name, about }) => [
    { file, name, about, install: installed(file) },
    ...(file === LARGE ? [{ ...TYPES, install: installed(LARGE) }] : []),
  ]);
  for (const [i, { file, name, about, install }] of pages.entries()) {
    const text = (linkedTexts.get(file) ?? '').replace(/<a id="([^"]+)"><\/a> /g, (mark, id) =>
      linked.has(id) ? mark : '',
    );
    const body = [`# ${name}`, '', about, '', '```sh', `npm install ${install}`, '```', '', text, ''];
    writeFileSync(
      join(folder, `${file}.md`),
      [...front(name, about, i + 1), 'outline: 3', '---', '', ...body].join('\n'),
    );
  }
  const rows = pages.map(({ file, name, about }) => `| [\`${name}\`](./${file}) | ${about} |`);
  const index = ['# TypeScript API', '', '| Package | What it is |', '|---|---|', ...rows, ''];
  const about = 'What each package exports, with its types.';
  writeFileSync(join(folder, 'index.md'), [...front('TypeScript API', about, 0), '---', '', ...index].join('\n'));
}

/** What is to be installed for a package: it, and what it asks for beside it. */
function installed(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'packages', folder, 'package.json'), 'utf8'));
  const {
    name,
    peerDependencies = {},
    peerDependenciesMeta = {},
  } = manifest as {
    readonly name: string;
    readonly peerDependencies?: Readonly<Record<string, string>>;
    readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  };
  const needed = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true);
  return [name, ...needed].join(' ');
}

function front(title: string, about: string, order: number): readonly string[] {
  const description = JSON.stringify(about.replaceAll('`', ''));
  return ['---', `title: ${JSON.stringify(title)}`, `description: ${description}`, `order: ${order}`];
}

/** Parts of what is told of a name, which are no sections of their own. */
const PARTS =
  /^#{4,6} (Default Value|Example|Extended by|Extends|Implements|Parameters|Returns|Throws|Type Declaration|Type Literal|Type Parameters)$/gm;

/** What typedoc tells of a package, without what only its own theme can use. */
function tidied(text: string): string {
  return text
    .replace(/^#{4,6} (?:Overrides|Inherited from|Implementation of)\n\n.*\n/gm, '')
    .replace(PARTS, '**$1**')
    .trim();
}

/** Takes the types of the large page to one of their own. */
function splitLarge(texts: Map<string, string>): void {
  const sections = (texts.get(LARGE) ?? '').split(/^## /m).filter((section) => section !== '');
  const textOf = (wanted: (section: string) => boolean): string =>
    sections
      .filter(wanted)
      .map((section) => `## ${section.trim()}`)
      .join('\n\n');
  texts.set(
    TYPES.file,
    textOf((section) => OF_TYPES.test(section)),
  );
  texts.set(
    LARGE,
    textOf((section) => !OF_TYPES.test(section)),
  );
}

/** Points each link to a name to where it is told of now; where it is not, the name is no link. */
function relinked(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const ids = new Map([...texts].map(([name, text]) => [name, idsIn(text)]));
  const link = (from: string, text: string, page: string, id: string): string => {
    const base = id.replace(/-\d+$/, '');
    const places = page === LARGE ? [LARGE, TYPES.file] : [page];
    for (const wanted of [id, base]) {
      const place = places.find((one) => ids.get(one)?.has(wanted));
      if (place !== undefined) return `[${text}](${place === from ? '' : `./${place}`}#${wanted})`;
    }
    return text;
  };
  return new Map(
    [...texts].map(([name, text]) => {
      const page = name === TYPES.file ? LARGE : name;
      return [
        name,
        text.replace(/\[([^\]]+)\]\((?:([\w-]+)\.md)?#([^)\s]+)\)/g, (_, shown, other, id) =>
          link(name, shown, other ?? page, id),
        ),
      ];
    }),
  );
}

/** The anchors of a page, as the site makes them of its headings, and those that are written down. */
function idsIn(text: string): ReadonlySet<string> {
  const found = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id));
  for (const [, heading = ''] of text.matchAll(/^#{2,6} (.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^a-z0-9_]+/g, '-')
      .replace(/^-|-$/g, '');
    let id = slug;
    for (let i = 1; found.has(id); i += 1) id = `${slug}-${i}`;
    found.add(id);
  }
  return found;
}
