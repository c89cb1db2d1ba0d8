import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty } from '../support/statements.ts';
import { useBin } from './support/bin.ts';

const schema = useSchema({ way: 'direct' });
const start = useBin();
const folders: string[] = [];
const MODULES = join(import.meta.dirname, '../../node_modules');
/** Node.js runs TypeScript by itself from 22.18 on. */
const isTyped = Boolean((process.features as { readonly typescript?: unknown }).typescript);

/** A program's folder with files, and with these packages installed. */
function project(files: Readonly<Record<string, string>>, packages: readonly string[]): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bearmq-project-')));
  folders.push(folder);
  for (const [file, text] of Object.entries({ '.git/HEAD': '', ...files })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  mkdirSync(join(folder, 'node_modules'));
  for (const name of packages) symlinkSync(realpathSync(join(MODULES, name)), join(folder, 'node_modules', name));
  return folder;
}

beforeEach(() => empty(schema));

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const JOBS = `import { Context, JobDefinition } from 'bearmq';
import pg from 'pg';
import { hello } from './hello.ts';

const { DATABASE_URL: connectionString, BEARMQ_SCHEMA: schema } = process.env;
const pool = new pg.Pool({ connectionString, allowExitOnIdle: true });
export const context: Context = new Context({ pool, schema: String(schema) });
const workFunction = (payload: { name: string }): void => console.log(hello(payload.name));
export const typed = new JobDefinition({ context, name: 'TYPED', workFunction });
`;
const HELLO = `export const hello = (name: string): string => 'Hello, ' + name;\n`;
const TYPED = { 'src/jobs.ts': JOBS, 'src/hello.ts': HELLO };
const env = { DATABASE_URL: schema.url, BEARMQ_SCHEMA: schema.name };

const enqueue = async (folder: string): Promise<void> => {
  const bin = start(['jobs', 'enqueue', 'TYPED', '{"name":"Ada"}'], env, folder);
  expect({ exit: await bin.exit, err: bin.err() }).toMatchObject({ exit: 0 });
};

describe('a project in TypeScript', () => {
  const module = './src/jobs.ts';

  it.each([
    ['as a package of ES modules', { 'package.json': '{"type":"module"}' }, 'bearmq.config.ts'],
    ['as a package that says nothing', { 'package.json': '{}' }, 'bearmq.config.mts'],
  ])('has its jobs run where it has tsx, %s', async (_what, files, config) => {
    const configured = { [config]: `export default { module: '${module}' as string };` };
    const folder = project({ ...TYPED, ...files, ...configured }, ['bearmq', 'pg', 'tsx']);
    await enqueue(folder);
    const bin = start(['work', '--drain'], env, folder);
    expect({ exit: await bin.exit, err: bin.err() }).toMatchObject({ exit: 0 });
    expect(bin.out()).toBe('Hello, Ada\n');
  });

  it.each([
    ['the module is', { 'bearmq.config.json': JSON.stringify({ module }) }, 'src/jobs.ts'],
    ['the config file is', { 'bearmq.config.ts': `export default { module: '${module}' };` }, 'bearmq.config.ts'],
    [
      'what a module of JavaScript imports is',
      {
        'bearmq.config.json': '{"module":"./src/jobs.mjs"}',
        'src/jobs.mjs': `export { context, typed } from './jobs.ts';`,
      },
      'src/jobs.ts',
    ],
  ])(
    'is run by Node.js itself without tsx, and refused with the remedy by one that does not: %s',
    async (_what, files, named) => {
      const folder = project({ ...TYPED, 'package.json': '{"type":"module"}', ...files }, ['bearmq', 'pg']);
      if (isTyped) await enqueue(folder);
      const bin = start(['work', '--drain'], env, folder);
      expect(await bin.exit).toBe(isTyped ? 0 : 2);
      if (isTyped) expect(bin.out()).toBe('Hello, Ada\n');
      else {
        expect(bin.err()).toMatch(/^error: .* does not run TypeScript by itself: npm install --save-dev tsx .*\n$/);
        expect(bin.err()).toContain(named);
      }
    },
  );
});

describe('the file .env of the folder', () => {
  it('is read, and sets nothing that is set', async () => {
    const folder = project({ '.env': `DATABASE_URL=${schema.url}\nBEARMQ_SCHEMA=${schema.name}\n` }, []);
    const found = start(['migrate', 'status', '--json'], {}, folder);
    expect({ exit: await found.exit, err: found.err() }).toEqual({ exit: 0, err: '' });
    expect(JSON.parse(found.out())).toMatchObject({ schema: schema.name, pending: [] });
    const nowhere = { DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' };
    expect(await start(['migrate', 'status'], nowhere, folder).exit).toBe(3);
    const elsewhere = start(['migrate', 'status', '--schema', 'another'], {}, folder);
    expect(await elsewhere.exit).toBe(0);
    expect(elsewhere.out()).toContain('schema "another"');
  });

  it('is there for the module that is worked', async () => {
    const text = `DATABASE_URL=${schema.url}\nBEARMQ_SCHEMA=${schema.name}\n`;
    const folder = project({ ...TYPED, '.env': text, 'package.json': '{"type":"module"}' }, ['bearmq', 'pg', 'tsx']);
    await enqueue(folder);
    const bin = start(['work', './src/jobs.ts', '--drain'], {}, folder);
    expect({ exit: await bin.exit, err: bin.err() }).toMatchObject({ exit: 0 });
    expect(bin.out()).toBe('Hello, Ada\n');
  });

  it('may be a folder, or not be there', async () => {
    const folder = project({ '.env/python': '' }, []);
    const bin = start(['migrate', 'status'], env, folder);
    expect({ exit: await bin.exit, err: bin.err() }).toEqual({ exit: 0, err: '' });
  });
});
