// Checks the layer rules: node check-layers.mjs [folder of the repository]. Prints what breaks them, and why it may not.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { layerRules } from './layer-rules.mjs';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('../../..', import.meta.url)));
/** What a build makes beside the sources, as git ignores it: not ours to arrange. */
const GENERATED = '/src/generated/';
const reasons = new Map(layerRules.map(({ name, comment }) => [name, comment]));

/** @type {(folder: string) => string[]} */
const list = (folder) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []);

const folders = ['packages', 'apps']
  .flatMap((group) => list(group).flatMap((name) => ['src', 'test', 'web'].map((part) => `${group}/${name}/${part}`)))
  .filter((folder) => existsSync(join(root, folder)));
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { encoding: 'utf8', recursive: true })
    .filter((name) => /\.(ts|tsx|mts)$/.test(name))
    .map((name) => `${folder}/${name}`)
    .filter((path) => !path.includes(GENERATED)),
);

const { output } = await cruise(folders, {
  baseDir: root,
  ruleSet: { forbidden: layerRules },
  validate: true,
  tsPreCompilationDeps: true, // imports of types count
  exclude: { path: GENERATED },
  doNotFollow: { path: ['node_modules', '/dist/'] },
  enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
});
if (typeof output === 'string') throw new Error(output);
const { modules, summary } = output;

// Without a TypeScript that it can use, dependency-cruiser sees nothing and finds nothing wrong.
const seen = new Set(modules.map(({ source }) => source));
const unseen = files.filter((file) => !seen.has(file));
if (files.length === 0 || unseen.length > 0) {
  console.error(`${unseen.length} of ${files.length} source files were not read; the first: ${unseen[0]}`);
  process.exit(2);
}

for (const { rule, from, to, cycle } of summary.violations) {
  const path = cycle === undefined ? [to] : cycle.map(({ name }) => name);
  console.error(`${rule.name}: ${[from, ...path].join(' → ')}\n  ${reasons.get(rule.name)}`);
}
const figures = [`${files.length} files`, `${summary.totalDependenciesCruised} imports`];
console.log(`Layers: ${figures.join(', ')}, ${summary.violations.length} broken rules`);
process.exitCode = summary.violations.length > 0 ? 1 : 0;
