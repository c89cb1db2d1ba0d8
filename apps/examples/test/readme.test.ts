import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from './support/example.ts';
import { CLIENTS } from './support/orders.ts';
import { codeBlocks, exampleFiles, languages, readme, readSource, regions } from './support/readme.ts';

const manifest = JSON.parse(readSource('package.json')) as { packageManager: string; scripts: Record<string, string> };

describe('the code in the README', () => {
  it('is the regions of the examples, each of them and nothing else', () => {
    const blocks = codeBlocks('typescript');
    expect([...new Set(blocks)].sort()).toEqual([...regions('.ts').values()].sort());
    expect(new Set(blocks).size).toBe(blocks.length);
  });

  it('is in languages that these tests know', () => {
    expect([...languages()].sort()).toEqual(['bash', 'typescript']);
  });

  it('comes from examples that are run', () => {
    const tests = readdirSync(join(ROOT, 'test'))
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(ROOT, 'test', file), 'utf8'));
    const imported = ['context.ts', 'stop-on-signal.ts', 'orders/shop.ts', 'processes/definitions.ts'];
    const programs = exampleFiles('.ts')
      .filter((file) => !imported.includes(file) && !file.startsWith('recipes/'))
      .map((file) => file.slice(0, -3));
    const inTable = CLIENTS.map(({ program }): string => program);
    const started = programs.filter(
      (program) => inTable.includes(program) || tests.some((test) => test.includes(`start('${program}'`)),
    );
    expect(started).toEqual(programs);
  });
});

describe('the commands in the README', () => {
  const commands = codeBlocks('bash').flatMap((block) => block.split('\n'));

  it('are scripts of this repository, run by its own pnpm', () => {
    const scripts = commands.flatMap(
      (command) => /^npx --yes (pnpm@\S+) (\S+)(?: --.*)?$/.exec(command)?.slice(1) ?? [],
    );
    const named = ['demo', 'test', 'bench', 'bench'];
    expect(scripts).toEqual(named.flatMap((script) => [manifest.packageManager, script]));
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(named));
  });

  it('install the package and what it needs', () => {
    const { name, peerDependencies } = JSON.parse(readSource('packages/bearmq/package.json'));
    expect(commands).toContain(`npm install ${name} ${Object.keys(peerDependencies).join(' ')}`);
  });

  it('are no others than those, and how to start the first job', () => {
    const known = [
      /^npx --yes pnpm@\S+ (demo|test|bench --.*)$/,
      /^npm install /,
      /^DATABASE_URL=\S+ node first-job\.mts$/,
    ];
    expect(commands.filter((command) => !known.some((pattern) => pattern.test(command)))).toEqual([]);
  });
});

describe('the links in the README', () => {
  const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target as string);

  it('lead to headings', () => {
    const anchors = [...readme.matchAll(/^#+ (.*)$/gm)].map(
      ([, heading]) =>
        `#${(heading as string)
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-')}`,
    );
    expect(targets.filter((target) => target.startsWith('#') && !anchors.includes(target))).toEqual([]);
  });

  it('lead to files', () => {
    const files = targets.filter((target) => !target.startsWith('#'));
    expect(files.filter((file) => !existsSync(join(ROOT, '../..', file)))).toEqual([]);
  });
});

it('the README says what the manifests say of Node.js', () => {
  const { engines } = JSON.parse(readSource('packages/bearmq/package.json'));
  expect(engines.node).toBe('>=20.19.0');
  expect(readme).toContain('Node.js 20.19 or later');
});
