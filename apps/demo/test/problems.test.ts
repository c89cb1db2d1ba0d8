import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { readOptions } from '../src/options.ts';
import { startDemo } from './support/child.ts';
import { useFolder, writeFiles } from './support/folder.ts';

jest.setTimeout(60_000);

const URL_OF_A_SERVER = 'postgres://me:secret@127.0.0.1:5432/mine';

describe('what can be foreseen is told in one sentence', () => {
  const folder = useFolder();
  writeFiles(folder, { 'a.txt': 'a' });

  test('as a program: one line, exit code 1, and no secret in it', async () => {
    const missing = startDemo([join(folder, 'missing')], folder);
    expect(await missing.ended).toBe(1);
    expect(missing.out()).toBe('');
    expect(missing.err()).toBe(`There is no folder ${join(folder, 'missing')}: name one that exists.\n`);

    const port = await closedPort();
    const unreachable = startDemo([folder, '--database', `postgres://me:secret@127.0.0.1:${port}/mine`], folder);
    expect(await unreachable.ended).toBe(1);
    expect(unreachable.err()).toMatch(new RegExp(`^No PostgreSQL answers at 127.0.0.1:${port}: .*\n$`));
    expect(unreachable.err()).not.toContain('secret');
  });

  test('wrong password, missing database, results that cannot be written', async () => {
    const url = new URL(process.env['BEARMQ_TEST_URL'] ?? '');
    const elsewhere = new URL(url);
    elsewhere.pathname = '/no such database';
    const missing = startDemo([folder, '--database', elsewhere.href], folder);
    expect(await missing.ended).toBe(1);
    expect(missing.err()).toMatch(/^There is no database no such database at .*: create it, or name another one\.\n$/);

    const results = join(folder, 'missing', 'results.csv');
    const unwritable = startDemo([folder, '--database', url.href, '--results', results], folder);
    expect(await unwritable.ended).toBe(1);
    expect(unwritable.err()).toMatch(
      /^The results cannot be written \(ENOENT.*\): name another file with --results FILE\.\n$/,
    );
  });

  test.each([
    [['--bogus'], /^There is no option --bogus; there are --database, .*--workers\.$/],
    [['--workers', '0'], /^--workers must be a whole number from 1 to 1000, not "0"\.$/],
    [['--orders', '0'], /^--orders must be a whole number from 1 to 1000000, not "0"\.$/],
    [['.', '--orders', '9'], /^--orders goes without a folder: /],
    [['--results', 'x.csv'], /^--results is of files: name a folder, too\.$/],
    [['--workers', 'many'], /^--workers must be a whole number from 1 to 1000, not "many"\.$/],
    [['--workers'], /--workers/],
    [['--database', 'mysql://x'], /^--database must be an address like postgres:/],
    [['.', '--keep'], /^--keep needs a server that outlives the demo: name one with --database URL\.$/],
    [['a', 'b'], /^One folder, please, not 2: a, b\.$/],
    [['package.json'], /package\.json is not a folder: name the folder that it is in\.$/],
  ])('%j', (args, message) => {
    expect(() => readOptions(args, {})).toThrow(message);
    expect(() => readOptions(args, {})).toThrow(expect.objectContaining({ name: 'DemoError' }));
  });

  test('--help', async () => {
    const help = startDemo(['--help'], folder);
    expect(await help.ended).toBe(0);
    expect(help.out()).toMatch(/^Usage: pnpm demo \[folder\] \[options\]\n/);
  });
});

describe('options', () => {
  const folder = useFolder();

  test('the defaults', () => {
    expect(readOptions([], {})).toMatchObject({
      folder: undefined,
      orders: 2_000,
      databaseUrl: undefined,
      afterwards: 'drop',
      results: undefined,
    });
  });

  test('a folder is relative to where the user is', () => {
    writeFiles(folder, { 'inner/a.txt': '' });
    expect(readOptions(['inner'], { INIT_CWD: folder })).toMatchObject({ folder: join(folder, 'inner') });
  });

  test('the command line wins over DATABASE_URL', () => {
    const env = { DATABASE_URL: 'postgres://other/db' };
    expect(readOptions([], env)).toMatchObject({ databaseUrl: 'postgres://other/db' });
    expect(readOptions(['--database', URL_OF_A_SERVER], env)).toMatchObject({ databaseUrl: URL_OF_A_SERVER });
    expect(readOptions([], { DATABASE_URL: '' })).toMatchObject({ databaseUrl: undefined });
  });
});

/** A port that nobody listens on: it was ours a moment ago. */
async function closedPort(): Promise<number> {
  return await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 1));
    });
  });
}
