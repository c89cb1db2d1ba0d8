// Checks that retired words stay retired, in product code, tests, docs and the names of files: node check-words.mjs
// [folder of the repository].
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { retiredWords } from './retired-words.mjs';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('../../..', import.meta.url)));

/** What a build, a package manager or a run of tests leaves behind. */
const NOT_OURS = new Set(['node_modules', 'dist', 'generated', '.turbo', 'coverage', 'charts']);
const READ = /\.(?:ts|tsx|mts|mjs|js|grit|md)$/;
/** They speak of retired words, or of what was released under them. */
const EXEMPT = /(?:^|\/)(?:GLOSSARY\.md|CHANGELOG\.md|retired-words\.mjs|word-rules\.test\.ts)$/;

/** @type {(folder: string) => string[]} */
function filesOf(folder) {
  const full = join(root, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesOf(path);
    return entry.isFile() ? [path] : [];
  });
}

const documents = readdirSync(root, { encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
const paths = [...documents, ...['packages', 'apps', 'docs', 'scripts'].flatMap(filesOf)].filter(
  (path) => READ.test(path) && !EXEMPT.test(path),
);

let broken = 0;
/** @type {(place: string, text: string) => void} */
function check(place, text) {
  for (const { pattern, instead, why } of retiredWords) {
    const found = pattern.exec(text);
    if (found === null) continue;
    broken += 1;
    console.error(`${place}: "${found[0]}" is a retired word; say ${instead}\n  ${why} (GLOSSARY.md)`);
  }
}
for (const path of paths) {
  check(path, path);
  for (const [i, line] of readFileSync(join(root, path), 'utf8').split('\n').entries()) check(`${path}:${i + 1}`, line);
}

if (paths.length === 0) {
  console.error('nothing was read: have the folders moved?');
  process.exit(2);
}
console.log(`Words: ${paths.length} files, ${broken} retired words`);
process.exitCode = broken > 0 ? 1 : 0;
