import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Consumer, installedFromTarballs } from './support/consumer.ts';
import { publishedPackages, REPOSITORY, readManifest, specifiers } from './support/published-packages.ts';

const TOOLS = join(REPOSITORY, 'packages/integration-tests/node_modules/.bin');
const TSC = join(REPOSITORY, 'node_modules/.bin/tsc');
const QUIET = '--disable-warning=ExperimentalWarning';
const CJS = { target: 'es2022', types: ['node'], strict: true, esModuleInterop: true, skipLibCheck: true };
const INSTALL = readFileSync(join(REPOSITORY, 'apps/docs/start/install.md'), 'utf8');
const names = publishedPackages.map(({ name }) => name);

let consumer: Consumer;

beforeAll(() => {
  consumer = installedFromTarballs();
});

afterAll(() => {
  if (consumer !== undefined) rmSync(consumer.folder, { recursive: true, force: true });
});

describe.each(names)('the tarball of %s', (name) => {
  it('satisfies publint', () => {
    const { status, output } = consumer.run(join(TOOLS, 'publint'), ['run', tarball(name), '--strict']);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('All good') });
  });

  it('gives every resolver its types', () => {
    // The rule warns that it is an ES module: these versions of Node.js can require one.
    const args = [tarball(name), '--ignore-rules', 'cjs-resolves-to-esm'];
    const { status, output } = consumer.run(join(TOOLS, 'attw'), args);
    expect({ status, output }).toMatchObject({ status: 0 });
  });

  it('holds the build, its source and the licence, but no test', () => {
    const files = readdirSync(consumer.installed(name), { encoding: 'utf8', recursive: true });
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']));
    expect(files.filter((file) => /\.test\.|(^|\/)(test|types|reports|node_modules)(\/|$)/.test(file))).toEqual([]);
  });

  it('holds nothing that was built of a source that is gone', () => {
    const files = readdirSync(consumer.installed(name), { encoding: 'utf8', recursive: true });
    const built = files.flatMap((file) => /^dist\/(.+?)\.(?:d\.ts|js)(?:\.map)?$/.exec(file)?.[1] ?? []);
    expect(built).toContain('index');
    // What another tool than the compiler makes is declared in the source.
    const isOfSource = (path: string) => [`src/${path}.ts`, `src/${path}.d.ts`].some((file) => files.includes(file));
    expect(built.filter((path) => !isOfSource(path))).toEqual([]);
  });

  it('refers to released versions only', () => {
    const manifest = readFileSync(join(consumer.installed(name), 'package.json'), 'utf8');
    expect(manifest).not.toMatch(/"(workspace|catalog|link|file):/);
  });
});

describe('the entry point for the tests of this repository', () => {
  const { exports, publishConfig } = readManifest(join(REPOSITORY, 'packages/core'));

  it('is the only one that is not published', () => {
    const { './internal': internal, ...published } = exports;
    expect(internal).toBeDefined();
    expect(publishConfig?.exports).toEqual(published);
  });

  it('is not there for users', () => {
    const files = readdirSync(consumer.installed('@bearmq/core'), { encoding: 'utf8', recursive: true });
    expect(files.filter((file) => /(^|\/)internal\./.test(file))).toEqual([]);
    consumer.write('internal.mjs', `await import('@bearmq/core/internal');`);
    const { status, output } = consumer.run(process.execPath, ['internal.mjs']);
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining('ERR_PACKAGE_PATH_NOT_EXPORTED') });
  });
});

describe('a program that installed them', () => {
  const load = `for (const specifier of ${JSON.stringify(specifiers)}) `;

  it('can import them', () => {
    consumer.write('import.mjs', `${load} await import(specifier);\nconsole.log('imported');`);
    expect(consumer.run(process.execPath, ['import.mjs'])).toEqual({ status: 0, output: 'imported\n' });
  });

  it('can require them, and gets the very same modules', () => {
    const same = `if (require(specifier) !== (await import(specifier))) throw new Error(specifier);`;
    consumer.write('require.cjs', `(async () => { ${load} { ${same} } console.log('required'); })();`);
    const { status, output } = consumer.run(process.execPath, [QUIET, 'require.cjs']);
    expect({ status, output }).toEqual({ status: 0, output: 'required\n' });
  });

  it('compiles against their types, checked to the last declaration', () => {
    const imports = specifiers.map((specifier, index) => `import * as m${index} from '${specifier}';`);
    const uses = `export const modules = [${specifiers.map((_, index) => `m${index}`).join(', ')}];`;
    consumer.write('program.ts', [...imports, uses].join('\n'));
    const compilerOptions = {
      module: 'NodeNext',
      target: 'ES2023',
      lib: ['ES2023'],
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
    };
    consumer.write('package.json', JSON.stringify({ type: 'module' }));
    consumer.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    expect(consumer.run(TSC, ['-p', '.'])).toEqual({ status: 0, output: '' });
  });

  it('compiles where no types come along by themselves, as TypeScript 7 has it', () => {
    consumer.write('alone/package.json', JSON.stringify({ type: 'module' }));
    const program = `import { Context, JobDefinition, Orchestrator, Worker } from 'bearmq';
export async function main(context: Context): Promise<void> {
  await using worker = new Worker({ context });
  await using orchestrator = new Orchestrator({ context });
  const definition = new JobDefinition({ context, name: 'JOB', workFunction: async (_payload: { n: number }) => {} });
  await definition.enqueue({ n: worker.id === String(orchestrator) ? 1 : 2 });
}
`;
    consumer.write('alone/program.ts', program);
    const compilerOptions = { module: 'NodeNext', target: 'ES2022', types: [], strict: true, noEmit: true };
    consumer.write('alone/tsconfig.json', JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    expect(consumer.run(TSC, ['-p', 'alone'])).toEqual({ status: 0, output: '' });
  });
});

/** Tools of others, each run as its users run it, in a project that is CommonJS as `npm init` makes it. */
describe('a CommonJS program that installed them', () => {
  const run = (command: string, args: readonly string[], env = {}) =>
    consumer.run(command, args, { inside: 'cjs', env });
  /** A command is a program of its own: it is called, and nobody bundles it. */
  const libraries = specifiers.filter((specifier) => !['@bearmq/cli', 'create-bearmq'].includes(specifier));
  const imports = libraries.map((specifier, index) => `import * as m${index} from '${specifier}';`).join('\n');
  const modules = `[${libraries.map((_, index) => `m${index}`).join(', ')}]`;
  const program = `${imports}
import { Context } from 'bearmq';
import * as core from '@bearmq/core';
export const parents = ${modules}.length === ${libraries.length} ? [Object.getPrototypeOf(Context)] : [];
if (parents[0] !== core.Context) throw new Error('there are two copies');
console.log('loaded');
`;

  beforeAll(() => {
    const here = join(REPOSITORY, 'packages/integration-tests');
    for (const name of ['jest', 'ts-jest', 'esbuild', 'tsx', '@jest/globals', 'pg']) consumer.link(here, name);
    for (const name of ['@swc/jest', '@swc/core']) consumer.link(REPOSITORY, name);
    consumer.write('cjs/package.json', '{}');
    consumer.write('cjs/program.ts', program);
    consumer.write('cjs/module.mts', program);
    consumer.write(
      'cjs/payload-types.ts',
      readFileSync(join(import.meta.dirname, 'fixtures/payload-types.ts'), 'utf8'),
    );
  });

  it.each([
    ['5.4', 'commonjs'], // it looks for modules as Node.js 10 did, which knew no `exports`
    ['5.9', 'nodenext'],
    ['7', 'commonjs'],
    ['7', 'nodenext'],
  ])('compiles with TypeScript %s and module %s, and runs', (version, module) => {
    const tsc = version === '7' ? TSC : join(TOOLS, `../typescript-${version}/bin/tsc`);
    const compilerOptions = { ...CJS, module, outDir: 'out' };
    consumer.write('cjs/tsconfig.json', JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    expect(run(tsc, ['-p', '.'])).toEqual({ status: 0, output: '' });
    expect(run(process.execPath, [QUIET, 'out/program.js'])).toEqual({ status: 0, output: 'loaded\n' });
  });

  it('is run by tsx, as a command and as what Node.js imports first', () => {
    expect(run(join(TOOLS, 'tsx'), ['program.ts'])).toMatchObject({ status: 0, output: 'loaded\n' });
    const args = ['--import', 'tsx', 'module.mts'];
    expect(run(process.execPath, args)).toMatchObject({ status: 0, output: 'loaded\n' });
  });

  it('is told what to do where tsx loads BearMQ for CommonJS and for an ES module', () => {
    const context = `import { Context } from 'bearmq';
import { Pool } from 'pg';
export const context = new Context({ pool: new Pool(), schema: '_bearmq' });`;
    const mixed = `import { JobDefinition } from 'bearmq';
import { context } from './context.ts';
new JobDefinition({ context, name: 'GREET', workFunction: () => {} });
console.log('defined');`;
    for (const folder of ['cjs', 'cjs/typed']) {
      consumer.write(`${folder}/context.ts`, context);
      consumer.write(`${folder}/mixed.mts`, mixed);
    }
    const told = { status: 1, output: expect.stringContaining('put "type": "module" into package.json') };
    expect(run(join(TOOLS, 'tsx'), ['mixed.mts'])).toMatchObject(told);
    consumer.write('cjs/typed/package.json', '{"type":"module"}'); // as the error says
    expect(run(join(TOOLS, 'tsx'), ['typed/mixed.mts'])).toMatchObject({ status: 0, output: 'defined\n' });
  });

  it.each(['cjs', 'esm'])('is bundled by esbuild for %s, and runs where nothing is installed', (format) => {
    const bundle = join(consumer.folder, '..', `${basename(consumer.folder)}.${format === 'esm' ? 'mjs' : 'cjs'}`);
    try {
      const args = ['program.ts', '--bundle', '--platform=node', `--format=${format}`, `--outfile=${bundle}`];
      expect(run(join(TOOLS, 'esbuild'), [...args, '--log-level=warning'])).toEqual({ status: 0, output: '' });
      expect(run(process.execPath, [bundle])).toEqual({ status: 0, output: 'loaded\n' });
    } finally {
      rmSync(bundle, { force: true });
    }
  });

  describe('in Jest', () => {
    const jest = (config: object, env = {}) => {
      consumer.write('cjs/jest.config.json', JSON.stringify({ testEnvironment: 'node', ...config }));
      const args = [join(TOOLS, '../jest/bin/jest.js'), '-c', 'jest.config.json', '--ci', '--no-cache'];
      return run(process.execPath, args, env);
    };
    const passed = { status: 0, output: expect.stringContaining('Tests:       1 passed, 1 total') };
    const asserted = (modules: string) =>
      `test('it loads', async () => expect(${modules}).toHaveLength(${libraries.length}));`;
    const written = (call: string) =>
      asserted(`[${libraries.map((specifier) => `${call}('${specifier}')`).join(', ')}]`);
    const flag = { NODE_OPTIONS: pageHas('--experimental-vm-modules') };
    const transformIgnorePatterns = [pageHas('/node_modules/(?!.*(bearmq|uuid|leven)/)')];

    it('with the flag, by an import of a test that is CommonJS', () => {
      consumer.write('cjs/by-import.spec.js', written('await import'));
      expect(jest({ testMatch: ['**/by-import.spec.js'] }, flag)).toMatchObject(passed);
    });

    it('with the flag, by require, from Node.js 24.9 on', () => {
      consumer.write('cjs/by-require.spec.js', written('require'));
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      const refused = { status: 1, output: expect.stringContaining('Use Node v24.9+') };
      const canRequire = major > 24 || (major === 24 && minor >= 9);
      expect(jest({ testMatch: ['**/by-require.spec.js'] }, flag)).toMatchObject(canRequire ? passed : refused);
    });

    it.each([
      ['swc', { transform: { '^.+\\.[jt]s$': '@swc/jest' } }],
      ['ts-jest', { preset: pageHas('ts-jest/presets/js-with-ts') }],
    ])('where %s compiles them, too', (_compiler, config) => {
      const compilerOptions = { ...CJS, module: 'commonjs', allowJs: true, isolatedModules: true };
      consumer.write('cjs/tsconfig.json', JSON.stringify({ compilerOptions }));
      const text = `${imports}\nimport { test, expect } from '@jest/globals';\n${asserted(modules)}`;
      consumer.write('cjs/compiled.spec.ts', text);
      expect(jest({ testMatch: ['**/compiled.spec.ts'], transformIgnorePatterns, ...config })).toMatchObject(passed);
    });
  });
});

/** What the page about installing tells users to write is what is tried here. */
function pageHas(text: string): string {
  expect(INSTALL).toContain(text);
  return text;
}

function tarball(name: string): string {
  return consumer.tarballs.get(name) as string;
}
