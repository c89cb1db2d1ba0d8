import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProjectChoices } from '../src/choices.ts';
import { FolderNotEmptyError, writeProject } from '../src/write-project.ts';
import { ALL } from './support/all-choices.ts';

const MODULES = join(import.meta.dirname, '../node_modules');
const GENERATE = join(import.meta.dirname, '../../../scripts/prisma-generate.mjs');
let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'create-bearmq-')));
  symlinkSync(MODULES, join(folder, 'node_modules'));
  for (const choices of ALL) writeProject(join(folder, choices.name), choices);
  const [first, ...others] = ALL.filter(({ client }) => client === 'prisma').map(({ name }) => join(folder, name));
  if (first === undefined) throw new Error('no project is on Prisma');
  run(process.execPath, [GENERATE, join(first, 'prisma/schema.prisma')], join(MODULES, '..'));
  for (const other of others) cpSync(join(first, 'src/generated'), join(other, 'src/generated'), { recursive: true });
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('each project', () => {
  const isNext = ({ framework }: ProjectChoices): boolean => framework === 'next';

  it.each([
    ['Node.js', ALL.filter((choices) => !isNext(choices))],
    ['Next.js', ALL.filter(isNext)],
  ])(
    'compiles by its own rules, all of %s at once',
    (name, projects) => {
      const any = projects[0]?.name ?? '';
      const { compilerOptions } = JSON.parse(readFileSync(join(folder, any, 'tsconfig.json'), 'utf8')) as {
        readonly compilerOptions: object;
      };
      const include = projects.flatMap((project) => ['src', 'test', 'app'].map((part) => `${project.name}/${part}`));
      const config = join(folder, `tsconfig.${name}.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions, include }));
      expect(run(join(MODULES, '.bin/tsc'), ['-p', config], folder)).toBe('');
    },
    120_000,
  );

  it.each(ALL.map((choices) => [choices.name, choices.framework] as const))(
    'of %s runs where nothing is installed that is for development',
    (name, framework) => {
      const { dependencies, devDependencies, scripts } = JSON.parse(
        readFileSync(join(folder, name, 'package.json'), 'utf8'),
      ) as Readonly<Record<'dependencies' | 'devDependencies' | 'scripts', Readonly<Record<string, string>>>>;
      const { migrate = '', worker = '', start = '', postinstall = '' } = scripts;
      const words = [migrate, worker, start, postinstall].flatMap((script) => script.split(/[\s=]+/));
      expect(words.filter((word) => word in devDependencies)).toEqual([]);
      expect(words.filter((word) => word === 'tsx')).toHaveLength(framework === 'next' ? 2 : 3);
      expect(dependencies).toHaveProperty('tsx');
    },
  );

  it.each(ALL.map((choices) => [choices.name, choices] as const))(
    'of %s names all that it imports',
    (name, choices) => {
      const manifest = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as {
        readonly dependencies: object;
        readonly devDependencies: object;
        readonly scripts: object;
      };
      const named = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
      const imported = sourcesOf(join(folder, name), choices).flatMap((text) =>
        [...text.matchAll(/from '((?:@[\w-]+\/)?[\w.-]+)/g)].map(([, specifier = '']) => specifier),
      );
      expect(imported.filter((one) => !one.startsWith('.') && !one.startsWith('node') && !named.includes(one))).toEqual(
        [],
      );
      const config = readFileSync(join(folder, name, 'bearmq.config.mjs'), 'utf8');
      expect(config).toContain("module: './src/jobs.ts'");
      expect(readFileSync(join(folder, name, 'src/jobs.ts'), 'utf8')).toMatch(/^export \{ context \};$/m);
      expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(['migrate', 'worker', 'start', 'test']));
    },
  );
});

describe('a folder', () => {
  const choices = ALL[0] as ProjectChoices;

  it('that is not empty is left as it is', () => {
    expect(() => writeProject(join(folder, choices.name), choices)).toThrow(FolderNotEmptyError);
  });
});

/** What it prints, where it succeeds. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

function sourcesOf(project: string, { framework }: ProjectChoices): readonly string[] {
  const files = [
    'database',
    'jobs',
    'enqueue',
    'worker',
    'migrate',
    'dashboard',
    ...(framework === 'next' ? [] : ['server']),
  ];
  return files.map((file) => readFileSync(join(project, `src/${file}.ts`), 'utf8'));
}
