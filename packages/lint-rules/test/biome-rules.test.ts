import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { copyBiomeConfiguration, REPOSITORY, runNode, withTree } from './support/tree.ts';

const BIOME = createRequire(join(REPOSITORY, 'package.json')).resolve('@biomejs/biome/bin/biome');
const MANIFEST = JSON.stringify({ name: 'some-package', dependencies: { known: '1.0.0' } });

interface Report {
  readonly diagnostics: readonly { readonly category: string; readonly severity: string; readonly message: string }[];
}

/** The errors that Biome finds in one file of this repository, had it this text: category, or a plugin's message. */
function lint(path: string, text: string): string[] {
  const files = { [path]: text, 'package.json': MANIFEST };
  return withTree(files, (root) => {
    copyBiomeConfiguration(root);
    const args = [BIOME, 'lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', path];
    const { stdout } = runNode(args, root);
    const { diagnostics } = JSON.parse(stdout) as Report;
    return diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ category, message }) => (category === 'plugin' ? message : category));
  });
}

const source = 'packages/core/src/consume/worker.ts';
const testFile = 'packages/core/src/consume/worker.test.ts';
const clock = expect.stringContaining('Core takes time and chance from runtime/clock.ts');
const statements = expect.stringContaining('SQL lives in statements/');
const statement = 'packages/core/src/statements/statement-of-ours.ts';
const names = expect.stringContaining('Only names of Tables');
/** A place in a template. */
const hole = (code: string): string => ['$', '{', code, '}'].join('');
const boolean = expect.stringContaining('A call with a bare `true`');

describe('Biome, as configured here', () => {
  it.each([
    ['a timer in core', source, 'setTimeout(() => {}, 1);', clock],
    ['the time in core', source, 'export const now: number = Date.now();', clock],
    ['the time in core, by Date', source, 'export const now: Date = new Date();', clock],
    ['chance in core', source, 'export const chance: number = Math.random();', clock],
    ['a timer in the driver layer', 'packages/core/src/driver/session.ts', 'setInterval(() => {}, 1);', clock],
    ['a timer in a driver', 'packages/driver-new/src/session.ts', 'setTimeout(() => {}, 1);', clock],
    ['SQL beside a run', source, 'export const a = (s) => s.run({ name: "a", text: `select 1` });', statements],
    [
      'a value in a text',
      statement,
      `export const a = define({ text: ({ job }) => \`select ${hole('x')} from ${hole('job')}\` });`,
      names,
    ],
    [
      'a name unquoted',
      statement,
      `export const a = define({ text: ({ schemaName }) => \`use ${hole('schemaName')}\` });`,
      names,
    ],
    [
      'a function of any name',
      statement,
      `export const a = define({ text: ({ fn }) => \`do ${hole('fn(x)')}\` });`,
      names,
    ],
    ['a value added to a text', statement, "export const a = define({ text: () => 'select ' + x });", names],
    ['a boolean parameter', source, 'export function stop(force: boolean): void { use(force); }', boolean],
    [
      'one with a default',
      source,
      'export async function stop(a: string, b: boolean = true): Promise<void> {}',
      boolean,
    ],
    ['a default export', source, 'export default 1;', 'lint/style/noDefaultExport'],
    ['an export of everything', source, "export * from './settler.ts';", 'lint/performance/noReExportAll'],
    ['any', source, 'export const a: any = 1;', 'lint/suspicious/noExplicitAny'],
    ['an enum', source, 'export enum A { B }', 'lint/style/noEnum'],
    [
      'a package that the manifest does not name',
      source,
      "import 'unknown';",
      'lint/correctness/noUndeclaredDependencies',
    ],
    ['a long file', source, 'use(1);\n'.repeat(251), 'lint/style/noExcessiveLinesPerFile'],
    ['printing', source, 'console.log(1);', 'lint/suspicious/noConsole'],
    ['the environment', source, 'export const a = process.env;', 'lint/style/noProcessEnv'],
    ['a promise left alone', source, 'async function f() {}\nf();', 'lint/nursery/noFloatingPromises'],
    [
      'a union not told apart to the end',
      source,
      "export function f(a: 'x' | 'y'): number { switch (a) { case 'x': return 1; } return 2; }",
      'lint/nursery/useExhaustiveSwitchCases',
    ],
    [
      'a sleep in a test',
      testFile,
      'await new Promise((next) => setTimeout(next, 9));',
      'lint/style/noRestrictedGlobals',
    ],
    [
      'an imported sleep in a test',
      testFile,
      "import { setTimeout } from 'node:timers/promises';\nsetTimeout;",
      'lint/style/noRestrictedImports',
    ],
  ])('refuses %s', (_what, path, text, expected) => {
    expect(lint(path, text)).toContainEqual(expected);
  });

  it.each([
    ['a timer in the clock', 'packages/core/src/runtime/clock.ts', 'setTimeout(() => {}, 1);'],
    ['a timer of both', 'packages/core/src/real-timers.ts', 'setTimeout(() => {}, 1);'],
    ['a timer of the driver layer', 'packages/core/src/driver/timers.ts', 'setTimeout(() => {}, 1);'],
    ['chance in the clock', 'packages/core/src/runtime/clock.ts', 'export const chance: number = Math.random();'],
    ['a deadline of the testkit', 'packages/driver-testkit/src/waiting.ts', 'setTimeout(() => {}, 1);'],
    ['a date out of a number', source, 'export const at: Date = new Date(0);'],
    ['a statement that is run', source, 'export const a = (s, claim) => s.run(claim);'],
    ['SQL in statements', 'packages/core/src/statements/a.ts', 'export const a = (s) => s.run({ text: `select 1` });'],
    [
      'names in a text, and anything in a value',
      statement,
      `export const a = define({ text: ({ job, fn }) => \`${hole('job')}, ${hole("fn('a_v1')")}\`, encode: (b) => [\`${hole('b')}\`] });`,
    ],
    [
      'a boolean inside',
      source,
      'export function stop(how: string): void { const soft = (a: boolean) => a; use(soft, how); }',
    ],
    ['250 lines', source, 'use(1);\n'.repeat(250)],
    ['a timer in a support folder', 'packages/core/test/support/until.ts', 'setTimeout(() => {}, 1);'],
  ])('accepts %s', (_what, path, text) => {
    expect(lint(path, text)).toEqual([]);
  });
});
