import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Document, documents, REPOSITORY, readSource } from './documents.ts';

/** Sections of the site that are written apart: a link into one that is not there yet is none to check. */
const SECTIONS = ['concepts', 'compare', 'internals', 'migrate', 'upgrading'];

/** Where the repository is; a link to a file of it is checked like any other. */
export const GITHUB = 'https://github.com/bearmq/bearmq';

/** The targets of a document's links and pictures. What stands in code is none. */
export function linksOf({ text }: Document): readonly string[] {
  const prose = text.replaceAll(/^(`{3,})[\s\S]*?^\1$/gm, '').replaceAll(/(`+)[^`\n]+\1/g, 'code');
  const inMarkdown = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string);
  const inHtml = [...prose.matchAll(/(?:src|srcset|href)="([^"]+)"/g)].map(([, target]) => target as string);
  return [...inMarkdown, ...inHtml];
}

/** Why a link of a document leads nowhere; `undefined` where it leads somewhere, or out of the repository. */
export function problemOf(document: Document, link: string): string | undefined {
  const own = new RegExp(`^${GITHUB}/(?:tree|blob)/HEAD/`);
  if (/^https?:/.test(link) && !own.test(link)) return undefined;
  // Files that the site serves are made by its build, whose tests follow the links to them.
  if (link.startsWith('/') && document.path.startsWith('apps/docs/')) return undefined;
  const [target = '', anchor] = link.replace(own, '/').split('#');
  const file = target === '' ? document.path : fileOf(document.path, target);
  if (file === undefined) return isToCome(document.path, target) ? undefined : 'there is no such file';
  if (anchor === undefined || (anchor === 'readme' && file.endsWith('README.md'))) return undefined;
  const isPage = file.startsWith('apps/docs/') && document.path.startsWith('apps/docs/');
  return anchorsOf(file, isPage ? slugOfSite : slugOfGitHub).includes(anchor) ? undefined : 'there is no such heading';
}

/** A page links to others without their extension, as the site serves them. */
function fileOf(from: string, target: string): string | undefined {
  const path = pathOf(from, target);
  const isPage = from.startsWith('apps/docs/') && path.startsWith('apps/docs/');
  // The pages of the TypeScript API are made by the site's build, whose tests follow the links to them.
  if (isPage && path.startsWith('apps/docs/reference/api')) return path;
  const ways = isPage && !/\.\w+$/.test(path) ? [`${path}.md`, `${path}/index.md`] : [`${path}/README.md`, path];
  return ways.map((way) => way.replaceAll('//', '/')).find((way) => existsSync(join(REPOSITORY, way)));
}

/** A target that begins with a slash is one from the top of the repository. */
function pathOf(from: string, target: string): string {
  return normalize(target.startsWith('/') ? target.slice(1) : join(dirname(from), target)).replaceAll('\\', '/');
}

function isToCome(from: string, target: string): boolean {
  const path = pathOf(from, target);
  return SECTIONS.some(
    (name) => path.startsWith(`apps/docs/${name}/`) && !existsSync(join(REPOSITORY, `apps/docs/${name}/index.md`)),
  );
}

function anchorsOf(file: string, slugOf: (heading: string) => string): readonly string[] {
  const text = documents.find(({ path }) => path === file)?.text ?? readSource(file);
  const prose = text.replaceAll(/^(`{3,})[\s\S]*?^\1$/gm, '');
  // A heading may name its anchor itself: `## How it is done {#how}`.
  return [...prose.matchAll(/^#+ (.*?)(?: \{#([\w-]+)\})?$/gm)].map(
    ([, heading = '', own]) => own ?? slugOf(heading.replaceAll('`', '')),
  );
}

function slugOfGitHub(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

function slugOfSite(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
