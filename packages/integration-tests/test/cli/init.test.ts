import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { directUrl, useSchema } from '../support/database.ts';
import { useBin, usePrograms } from './support/bin.ts';
import { call } from './support/call.ts';

const schema = useSchema({ name: '_bearmq', migrations: 'none', database: 'own', way: 'direct' });
const start = useBin();
const startProgram = usePrograms();
let folder: string;

/** A program's folder, in which this package's dependencies are installed. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bearmq-init-'));
  mkdirSync(join(folder, '.git'));
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('bearmq init', () => {
  it('writes a program that runs as it is', async () => {
    const { exitCode, out, err } = await call(['init'], { cwd: folder });
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: 'wrote bearmq.config.mjs\nwrote src/jobs.mjs\nwrote src/worker.mjs\n',
    });
    expect(err).toContain('npx bearmq migrate up');
    const env = { DATABASE_URL: schema.url };
    expect(await start(['migrate', 'up'], env, folder).exit).toBe(0);
    expect(await start(['jobs', 'enqueue', 'GREET', '{"name":"Ada"}'], env, folder).exit).toBe(0);
    const bin = start(['work'], env, folder);
    await bin.wrote('Hello, Ada!');
    bin.process.kill('SIGTERM');
    expect(await bin.exit).toBe(0);
  });

  it('writes one for postgres.js that runs as it is, by itself too', async () => {
    const { exitCode, out, err } = await call(['init', '--driver', 'postgres', '--dir', 'of-postgres'], {
      cwd: folder,
    });
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: 'wrote of-postgres/jobs.mjs\nwrote of-postgres/worker.mjs\nkept bearmq.config.mjs, which was there\n',
    });
    expect(err).toContain('npm install @bearmq/driver-postgresjs postgres');
    const env = { DATABASE_URL: schema.url };
    const ofCommand = start(['work', './of-postgres/jobs.mjs'], env, folder);
    await start(['jobs', 'enqueue', 'GREET', '{"name":"Grace"}'], env, folder).exit;
    await ofCommand.wrote('Hello, Grace!');
    ofCommand.process.kill('SIGTERM');
    expect(await ofCommand.exit).toBe(0);
    await start(['jobs', 'enqueue', 'GREET', '{"name":"Edsger"}'], env, folder).exit;
    const program = startProgram(['of-postgres/worker.mjs'], env, folder);
    await program.wrote('Hello, Edsger!');
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
  });

  it('takes postgres.js by the name of its driver, too', async () => {
    const folders = ['postgres', 'postgresjs'].map((driver) => ({
      driver,
      cwd: mkdtempSync(join(tmpdir(), 'bearmq-')),
    }));
    const written: string[] = [];
    for (const { driver, cwd } of folders) {
      expect(await call(['init', '--driver', driver], { cwd })).toMatchObject({ exitCode: 0 });
      written.push(readFileSync(join(cwd, 'src/jobs.mjs'), 'utf8'));
      rmSync(cwd, { recursive: true });
    }
    expect(written[0]).toContain('@bearmq/driver-postgresjs');
    expect(written[1]).toBe(written[0]);
  });

  it('writes a config file that each command can read, whatever the jobs are written in', async () => {
    const typed = mkdtempSync(join(tmpdir(), 'bearmq-init-'));
    try {
      const { out, err } = await call(['init', '--language', 'ts'], { cwd: typed });
      expect(out).toBe('wrote bearmq.config.mjs\nwrote src/jobs.mts\nwrote src/worker.mts\n');
      expect(err).toContain('npm install tsx');
      expect(readFileSync(join(typed, 'bearmq.config.mjs'), 'utf8')).toContain("module: './src/jobs.mts'");
    } finally {
      rmSync(typed, { recursive: true, force: true });
    }
  });

  it('writes TypeScript where there is a tsconfig.json, and changes no file that exists', async () => {
    writeFileSync(join(folder, 'tsconfig.json'), '{}');
    rmSync(join(folder, 'bearmq.config.mjs'));
    writeFileSync(join(folder, 'bearmq.config.mts'), 'mine');
    const { out } = await call(['init', '--dir', 'lib', '--json'], { cwd: folder });
    expect(JSON.parse(out)).toEqual({ wrote: ['lib/jobs.mts', 'lib/worker.mts'], kept: ['bearmq.config.mts'] });
    expect(readFileSync(join(folder, 'bearmq.config.mts'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, 'lib/jobs.mts'), 'utf8')).toContain('payload: { name: string }');
  });
});

describe('the config file', () => {
  it('is the nearest one upwards, and names the schema', async () => {
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    writeFileSync(join(folder, 'a/bearmq.config.json'), JSON.stringify({ schema: 'of the file' }));
    const { out } = await call(['migrate', 'status', '-d', directUrl()], { cwd: join(folder, 'a/b') });
    expect(out).toContain('schema "of the file": at version 0');
  });

  it('may say only what is known', async () => {
    const file = join(folder, 'odd.json');
    writeFileSync(file, JSON.stringify({ shcema: 'x' }));
    expect(await call(['migrate', 'status', '--config', file])).toEqual({
      exitCode: 2,
      out: '',
      err: `error: ${file}: shcema: is not known; there are databaseUrl, schema, module\n`,
    });
    expect(await call(['migrate', 'status', '--config', 'gone.json'])).toMatchObject({ exitCode: 2 });
  });
});
