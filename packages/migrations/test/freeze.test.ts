import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

const PACKAGE = resolve(import.meta.dirname, '..');
const COMMAND = 'run pnpm --filter @bearmq/migrations freeze';
const FIRST = 'src/versions/0001-initial.ts';

/** Copies of this package: one that is frozen, one whose version is released too, and one to be changed. */
let frozen: string;
let released: string;
let folder: string;

function copied(from: string): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'bearmq-freeze-')));
  for (const part of ['src', 'freeze', 'package.json']) cpSync(join(from, part), join(copy, part), { recursive: true });
  return copy;
}

beforeAll(() => {
  frozen = copied(PACKAGE);
  writeFileSync(join(frozen, 'package.json'), JSON.stringify({ type: 'module', version: '0.1.0' }));
  writeFileSync(join(frozen, 'freeze/released.json'), '{}');
  writeFileSync(join(frozen, 'freeze/drafts.ts'), WHOLE_SCHEMA);
  rmSync(join(frozen, 'src/versions'), { recursive: true });
  mkdirSync(join(frozen, 'src/versions'));
  expect(run('freeze', frozen)).toMatchObject({ status: 0 });
  released = copied(frozen);
  expect(run('release', released)).toMatchObject({ status: 0 });
});
afterAll(() => {
  for (const made of [frozen, released]) if (made !== undefined) rmSync(made, { recursive: true, force: true });
});
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const WHOLE_SCHEMA = `import { livingSchema } from '../src/schema/index.ts';
export const drafts = [{ version: 1, name: 'initial', statements: livingSchema }];
`;
const LATER = `
export const drafts = [
  { version: 2, name: 'a note', statements: ({ job }) => [\`alter table \${job} add column note text\`] },
  {
    version: 3,
    name: 'an index',
    oldestClient: 2,
    index: ({ job }) => ({ name: 'job_note', table: job, definition: '(note) where note is not null' }),
  },
];
`;

function run(what: string, where = folder) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PACKAGE, 'freeze/main.mjs'), what, where], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);

function replace(file: string, from: string, to: string): void {
  expect(read(file)).toContain(from);
  write(
    file,
    read(file).replace(from, () => to),
  );
}

const changeSchema = (): void => replace('src/schema/tables.ts', 'last_error text,', 'last_error text, note text,');

it('the frozen versions of this package are what its schema makes, and those released are as they were', () => {
  expect(run('check', PACKAGE)).toMatchObject({ status: 0, stderr: '' });
});

describe('a version that no release has', () => {
  beforeEach(() => {
    folder = copied(frozen);
  });

  it.each([
    ['the schema was changed', FIRST, changeSchema],
    ['its text was changed', FIRST, () => replace(FIRST, 'flush_mark', 'flush_note')],
    ['its hash was changed', 'src/versions/list.ts', () => replace('src/versions/list.ts', "sha256: '", "sha256: 'f")],
    ['another text lies beside it', 'src/versions/0001-other.ts', () => write('src/versions/0001-other.ts', '')],
  ])('is told of, with the command that freezes it again, where %s', (_what, file, change) => {
    change();
    const { status, stderr } = run('check');
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining(COMMAND) });
    expect(stderr).toContain(`packages/migrations/${file}`);
    expect(run('freeze')).toMatchObject({ status: 0 });
    expect(run('check')).toMatchObject({ status: 0, stderr: '' });
  });

  it('is frozen as the schema makes it now', () => {
    changeSchema();
    run('freeze');
    expect(read(FIRST)).toContain('last_error text, note text,');
  });

  it('may not be published until it is entered as released', () => {
    expect(run('sealed')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        'not entered as released: 1 (initial); run pnpm --filter @bearmq/migrations release',
      ),
    });
    expect(run('release')).toMatchObject({ status: 0 });
    expect(JSON.parse(read('freeze/released.json'))).toMatchObject({ 1: { name: 'initial', release: '0.1.0' } });
    expect(run('sealed')).toMatchObject({ status: 0, stderr: '' });
  });

  it('is not entered as released where the schema makes another', () => {
    changeSchema();
    expect(run('release')).toMatchObject({ status: 1, stderr: expect.stringContaining(COMMAND) });
    expect(read('freeze/released.json')).toBe('{}');
  });

  it('may leave no gap', () => {
    write('freeze/drafts.ts', WHOLE_SCHEMA.replace('version: 1', 'version: 2'));
    expect(run('check')).toMatchObject({ status: 1, stderr: expect.stringContaining('but after 0 comes 2') });
  });
});

describe('a released version', () => {
  beforeEach(() => {
    folder = copied(released);
  });

  it.each(['check', 'freeze'])('is not what a changed schema is frozen as: %s says to make a new one', (what) => {
    const text = read(FIRST);
    changeSchema();
    const { status, stderr } = run(what);
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^version 1 was released in 0\.1\.0, .* never changes\. Take it out of freeze\/drafts\.ts, .* as version 2$/m,
      ),
    });
    expect(read(FIRST)).toBe(text);
  });

  it.each([
    ['changed', () => replace(FIRST, 'flush_mark', 'flush_note')],
    ['removed', () => rmSync(join(folder, FIRST))],
  ])('is told of, with the remedy, where its text was %s', (_what, change) => {
    write('freeze/drafts.ts', LATER);
    change();
    for (const what of ['check', 'freeze']) {
      expect(run(what)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining(`Put back ${FIRST} as it was in that release`),
      });
    }
  });

  it('stays as it is when versions after it are frozen, a text or an index each', () => {
    const text = read(FIRST);
    const { sha256 } = JSON.parse(read('freeze/released.json'))[1];
    changeSchema();
    write('freeze/drafts.ts', LATER);
    expect(run('freeze')).toMatchObject({ status: 0 });
    expect(run('check')).toMatchObject({ status: 0, stdout: expect.stringContaining('3, of which 1 are released') });
    expect(read(FIRST)).toBe(text);
    expect(read('src/versions/list.ts')).toContain(sha256);
    expect(read('src/versions/0002-a-note.ts')).toContain('alter table "bearmq".job add column note text');
    expect(read('src/versions/0003-an-index.ts')).toContain('(note) where note is not null');
  });
});
