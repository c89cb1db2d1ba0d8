import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { directUrl, useSchema } from '../support/database.ts';
import { call, callOn } from './support/call.ts';

const schema = useSchema({ migrations: 'none' });
const named = JSON.stringify(schema.name);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bearmq-cli-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In order: each test finds what the one before has left. */
describe('bearmq migrate', () => {
  it('tells what is pending, in words, as JSON and as its exit code', async () => {
    expect(await callOn(schema, ['migrate', 'status'])).toEqual({
      exitCode: 0,
      out: `schema ${named}: at version 0 of 1\npending: 1 initial\n`,
      err: '',
    });
    const { exitCode, out } = await callOn(schema, ['migrate', 'status', '--exit-code', '--json']);
    const pending = [{ version: 1, name: 'initial' }];
    expect([exitCode, JSON.parse(out)]).toEqual([1, { schema: schema.name, current: 0, latest: 1, pending }]);
  });

  it('only says what it would do with --dry-run', async () => {
    expect(await callOn(schema, ['migrate', 'up', '--dry-run'])).toMatchObject({
      exitCode: 0,
      out: 'would apply: 1 initial\n',
    });
    expect(await schema.value('select count(*)::int from pg_namespace where nspname = $1', [schema.name])).toBe(0);
  });

  it('ends other commands with 4 where there is no schema', async () => {
    const refused = await callOn(schema, ['jobs', 'enqueue', 'GREET']);
    expect(refused).toMatchObject({ exitCode: 4, out: '', err: expect.stringContaining('generateMigrationSql') });
  });

  it('brings the schema up to date, and says so again', async () => {
    expect(await callOn(schema, ['migrate'])).toEqual({ exitCode: 0, out: 'applied: 1 initial\n', err: '' });
    expect(await callOn(schema, ['migrate', 'up'])).toMatchObject({
      exitCode: 0,
      out: `schema ${named}: is at version 1, the newest\n`,
    });
    expect(await callOn(schema, ['migrate', 'status', '--exit-code'])).toMatchObject({ exitCode: 0 });
  });
});

describe('bearmq migrate sql', () => {
  const own = useSchema({ migrations: 'none' });

  it('gives what psql runs, and the doctor finds in order; without a database', async () => {
    const { exitCode, out } = await call(['migrate', 'sql', '--schema', own.name]);
    expect(exitCode).toBe(0);
    for (let round = 0; round < 2; round += 1) {
      const { status, stderr } = spawnSync('psql', ['-v', 'ON_ERROR_STOP=1', '-q', directUrl()], {
        input: out,
        encoding: 'utf8',
      });
      expect({ status, stderr: stderr.replace(/^NOTICE.*\n/gm, '') }).toEqual({ status: 0, stderr: '' });
    }
    expect(await callOn(own, ['migrate', 'status', '--exit-code'])).toMatchObject({ exitCode: 0 });
    const kinds = 'schema-missing,schema-old,object-missing,object-changed,ledger-foreign,ledger-empty';
    expect(await callOn(own, ['doctor', '--strict', '--only', kinds])).toMatchObject({
      exitCode: 0,
      out: 'all is in order\n',
    });
  });

  it('writes a file for each statement, in the order of their names', async () => {
    const { exitCode, err } = await call(['migrate', 'sql', '--split', '--out', 'parts'], { cwd: folder });
    const files = readdirSync(join(folder, 'parts'));
    expect({ exitCode, err }).toEqual({
      exitCode: 0,
      err: `wrote ${files.length} files to ${join(folder, 'parts')}\n`,
    });
    const whole = (await call(['migrate', 'sql'], { cwd: folder })).out;
    const parts = files.sort().map((file) => readFileSync(join(folder, 'parts', file), 'utf8'));
    expect(whole.endsWith(`${parts.join('\n')}\n`)).toBe(true);
  });

  it('wants a folder where it is to split', async () => {
    expect(await call(['migrate', 'sql', '--split'])).toEqual({
      exitCode: 2,
      out: '',
      err: 'error: --split: needs --out <path>, the folder to write to\n',
    });
  });
});
