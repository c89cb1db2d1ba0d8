import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { codeBlocks, documentOf, documents, languages, readme, readSource } from './support/documents.ts';
import { ROOT } from './support/example.ts';
import { linksOf, problemOf } from './support/links.ts';
import { CLIENTS } from './support/orders.ts';
import { exampleFiles, regions } from './support/regions.ts';
import { table } from './support/tables.ts';

const manifest = JSON.parse(readSource('package.json')) as { packageManager: string; scripts: Record<string, string> };

/** What is compiled or run, and so must come from where that happens. */
const CODE = ['typescript', 'javascript', 'sql', 'python', 'bash'];
/** As long as a reader can check it at a glance. */
const MAX_LINES_BY_HAND = 3;

describe('the code in the README and on the pages', () => {
  it('has every region of the examples', () => {
    for (const [language, extension] of [
      ['typescript', '.ts'],
      ['sql', '.sql'],
      ['python', '.py'],
    ] as const) {
      const shown = new Set(codeBlocks(language));
      const missing = [...regions(extension)].filter(([, code]) => !shown.has(code)).map(([name]) => name);
      expect(missing).toEqual([]);
    }
  });

  it('is regions of the examples in the README, and nothing else', () => {
    const known = new Set(regions('.ts').values());
    const { blocks } = documentOf('README.md');
    const own = blocks.filter(({ language, code }) => language === 'typescript' && !known.has(code));
    expect(own).toEqual([]);
  });

  it('is included on pages, but for what is as short as three lines', () => {
    const long = documents.flatMap(({ path, blocks }) =>
      blocks
        .filter(({ language, isIncluded }) => path !== 'README.md' && CODE.includes(language) && !isIncluded)
        .filter(({ code }) => code.split('\n').length > MAX_LINES_BY_HAND)
        .map(({ code }) => `${path}: ${code}`),
    );
    expect(long).toEqual([]);
  });

  it('is lines of the examples where it is short, too', () => {
    const bare = (line: string): string => line.replace(/\s*\/\/ .*$/, '').trim();
    const lines = new Set(exampleFiles('.ts').flatMap((file) => readExample(file).split('\n').map(bare)));
    const made = documents.flatMap(({ path, blocks }) =>
      blocks
        .filter(({ language, isIncluded }) => language === 'typescript' && !isIncluded)
        .flatMap(({ code }) => code.split('\n').map(bare))
        .filter((line) => line !== '' && !lines.has(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(made).toEqual([]);
  });

  it('has drawings that fit the column of a page', () => {
    const wide = documents.flatMap(({ path, blocks }) =>
      blocks
        .filter(({ language }) => path.startsWith('apps/docs/') && language === 'text')
        .flatMap(({ code }) => code.split('\n'))
        .filter((line) => line.length > 66)
        .map((line) => `${path}: ${line}`),
    );
    expect(wide).toEqual([]);
  });

  it('is in languages that these tests know', () => {
    const known = [...CODE, 'json', 'yaml', 'nginx', 'text', 'console'];
    expect(languages().filter((language) => !known.includes(language))).toEqual([]);
  });

  it('comes from examples that are run', () => {
    const tests = readdirSync(join(ROOT, 'test'))
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(ROOT, 'test', file), 'utf8'));
    const imported = ['context.ts', 'stop-on-signal.ts', 'orders/shop.ts', 'processes/definitions.ts', 'split/jobs.ts'];
    const programs = exampleFiles('.ts')
      .filter((file) => !imported.includes(file) && !file.startsWith('recipes/'))
      .map((file) => file.slice(0, -3));
    const inTable = CLIENTS.map(({ program }): string => program);
    const started = programs.filter(
      (program) => inTable.includes(program) || tests.some((test) => isStartedBy(test, program)),
    );
    expect(started).toEqual(programs);
  });
});

describe('the commands in the README and on the pages', () => {
  const commands = codeBlocks('bash').flatMap((block) => block.split('\n'));
  const ofReadme = documentOf('README.md').blocks.flatMap(({ language, code }) =>
    language === 'bash' ? code.split('\n') : [],
  );

  it('are scripts of this repository, run by its own pnpm', () => {
    const scripts = commands.flatMap(
      (command) => /^npx --yes (pnpm@\S+) (\S+)(?: --.*)?$/.exec(command)?.slice(1, 3).map(String).join(' ') ?? [],
    );
    expect(ofReadme).toEqual(expect.arrayContaining([`npx --yes ${manifest.packageManager} demo`]));
    expect(ofReadme).toEqual(expect.arrayContaining([`npx --yes ${manifest.packageManager} test`]));
    const known = Object.keys(manifest.scripts).map((script) => `${manifest.packageManager} ${script}`);
    expect(scripts.filter((script) => !known.includes(script))).toEqual([]);
    expect(scripts).toContain(`${manifest.packageManager} bench`);
  });

  it('install the package and what it needs', () => {
    const { name, peerDependencies } = JSON.parse(readSource('packages/bearmq/package.json'));
    const install = `npm install ${name} ${Object.keys(peerDependencies).join(' ')}`;
    expect(ofReadme).toContain(install);
    expect(documentOf('start/install').text).toContain(`\n${install}\n`);
  });

  it('install packages of ours that there are', () => {
    const published = readdirSync(join(ROOT, '../../packages'))
      .map((folder) => JSON.parse(readSource(`packages/${folder}/package.json`)) as { name: string; private?: boolean })
      .filter((found) => found.private !== true)
      .map((found) => found.name);
    const named = commands.flatMap((command) =>
      command.startsWith('npm install ') ? command.split(' ').filter((word) => /^@?bearmq\b/.test(word)) : [],
    );
    expect(named.filter((name) => !published.includes(name))).toEqual([]);
  });

  it('are no others than those, and how to start the first job', () => {
    const known = [
      /^npx --yes pnpm@\S+ \w+(?: --.*)?$/,
      /^npm install /,
      /^DATABASE_URL=\S+ node first-job\.mts$/,
      /^NODE_OPTIONS=--experimental-vm-modules npx jest$/,
      /^npm pkg set type=module$/, // what it is needed for is shown with packed tarballs (surface/tarballs)
      /^npx bearmq /,
      /^npm create bearmq [\w-]+$/,
    ];
    expect(commands.filter((command) => !known.some((pattern) => pattern.test(command)))).toEqual([]);
  });
});

describe('the links in the README and on the pages', () => {
  it.each(documents.map((document) => [document.path, document] as const))('lead somewhere: %s', (_path, document) => {
    const problems = linksOf(document).flatMap((link) => {
      const problem = problemOf(document, link);
      return problem === undefined ? [] : [`${link}: ${problem}`];
    });
    expect(problems).toEqual([]);
  });
});

describe('the README', () => {
  it('says what the manifests say of Node.js, as the page about installing does', () => {
    const { engines } = JSON.parse(readSource('packages/bearmq/package.json'));
    expect(engines.node).toBe('>=20.19.0');
    expect(readme).toContain('Node.js 20.19 or later');
    expect(documentOf('start/install').text).toContain('Node.js 20.19 or later');
  });

  it('has the figures of the page about speed', () => {
    const measured = documentOf('compare/how-fast').text;
    const rows = table('README.md', '## Beside others').filter(([what]) =>
      /^(?:Drain|Enqueue|Idle|Groups)/.test(what ?? ''),
    );
    const figures = rows.flatMap(([, ...cells]) =>
      [...cells.join(' ').matchAll(/\d[\d,.]*/g)].map(([figure]) => figure.replace(/[,.]$/, '')),
    );
    expect(figures.length).toBeGreaterThan(20);
    expect(figures.filter((figure) => !measured.includes(figure))).toEqual([]);
  });

  it('can be read in one go', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(180);
  });
});

/** Whether a test starts a program by its name, or one of a folder by a list of names. */
function isStartedBy(test: string, program: string): boolean {
  const [folder, name] = program.split('/');
  return test.includes(`start('${program}'`) || (test.includes(`start(\`${folder}/\${`) && test.includes(`'${name}'`));
}

function readExample(file: string): string {
  return readFileSync(join(ROOT, 'src', file), 'utf8');
}
