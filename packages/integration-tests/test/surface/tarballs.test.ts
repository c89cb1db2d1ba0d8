import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Consumer, installedFromTarballs } from './support/consumer.ts';
import { publishedPackages, REPOSITORY, specifiers } from './support/published-packages.ts';

const TOOLS = join(REPOSITORY, 'packages/integration-tests/node_modules/.bin');
const TSC = join(REPOSITORY, 'node_modules/.bin/tsc');
const names = publishedPackages.map(({ name }) => name);

let consumer: Consumer;

beforeAll(() => {
  consumer = installedFromTarballs();
}, 60_000);

afterAll(() => {
  if (consumer !== undefined) rmSync(consumer.folder, { recursive: true, force: true });
});

describe.each(names)('the tarball of %s', (name) => {
  it('satisfies publint', () => {
    const { status, output } = consumer.run(join(TOOLS, 'publint'), ['run', tarball(name), '--strict']);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('All good') });
  }, 60_000);

  it('gives every resolver its types', () => {
    const { status, output } = consumer.run(join(TOOLS, 'attw'), [tarball(name), '--profile', 'esm-only']);
    expect({ status, output }).toMatchObject({ status: 0 });
  }, 60_000);

  it('holds the build, its source and the licence, but no test', () => {
    const files = readdirSync(consumer.installed(name), { encoding: 'utf8', recursive: true });
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']));
    expect(files.filter((file) => /\.test\.|(^|\/)(test|types|reports|node_modules)(\/|$)/.test(file))).toEqual([]);
  });

  it('holds nothing that was built of a source that is gone', () => {
    const files = readdirSync(consumer.installed(name), { encoding: 'utf8', recursive: true });
    const built = files.flatMap((file) => /^dist\/(.+?)\.(?:d\.ts|js)(?:\.map)?$/.exec(file)?.[1] ?? []);
    expect(built).toContain('index');
    expect(built.filter((path) => !files.includes(`src/${path}.ts`))).toEqual([]);
  });

  it('refers to released versions only', () => {
    const manifest = readFileSync(join(consumer.installed(name), 'package.json'), 'utf8');
    expect(manifest).not.toMatch(/"(workspace|catalog|link|file):/);
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
    const { status, output } = consumer.run(process.execPath, ['--disable-warning=ExperimentalWarning', 'require.cjs']);
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
  }, 60_000);
});

function tarball(name: string): string {
  return consumer.tarballs.get(name) as string;
}
