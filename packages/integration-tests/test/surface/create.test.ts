import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@bearmq/test-support';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';
import { type Consumer, installedFromTarballs } from './support/consumer.ts';
import { REPOSITORY } from './support/published-packages.ts';

const CREATE = join(REPOSITORY, 'packages/create-bearmq');
/** What the projects below depend on, beside BearMQ. */
const PACKAGES = ['@hono/node-server', 'drizzle-orm', 'express', 'fastify', 'hono', 'kysely', 'pg', 'postgres', 'tsx'];

const schema = useSchema({ name: '_bearmq', migrations: 'none', database: 'own', way: 'direct' });
let consumer: Consumer;
const running = new Set<ChildProcess>();

beforeAll(() => {
  consumer = installedFromTarballs();
  for (const name of PACKAGES) consumer.link(CREATE, name);
}, 120_000);

afterEach(async () => {
  await Promise.all([...running].map(ended));
  running.clear();
  await schema.rows('drop schema if exists {s} cascade');
});

afterAll(() => {
  if (consumer !== undefined) rmSync(consumer.folder, { recursive: true, force: true });
});

/** Of each framework that is installed here, each client and each database one, at least. */
describe('a new project', () => {
  it.each([
    ['none', 'pg', 'url'],
    ['fastify', 'postgres', 'docker'],
    ['express', 'kysely', 'embedded'],
    ['hono', 'drizzle', 'url'],
    ['fastify', 'pg', 'embedded'],
  ])(
    'of %s, %s and %s has a job run, and shows it',
    async (framework, client, database) => {
      const name = `${framework}-${client}-${database}`;
      const flags = ['--framework', framework, '--client', client, '--database', database, '--yes'];
      const created = consumer.run(process.execPath, ['node_modules/create-bearmq/dist/bin.js', name, ...flags]);
      expect(created).toMatchObject({ status: 0, output: expect.stringContaining(`files into ${name}\n`) });
      const port = await freePort();
      const env = { DATABASE_URL: schema.url, PORT: String(port) };
      const script = (which: string): readonly string[] => scriptOf(consumer, name, which);

      expect(consumer.run(process.execPath, script('migrate'), { inside: name, env })).toMatchObject({
        status: 0,
        output: expect.stringContaining('applied'),
      });
      expect(consumer.run(process.execPath, script('test'), { inside: name, env })).toMatchObject({ status: 0 });

      const worker = start(script('worker'), name, env);
      const server = start(script('start'), name, env);
      await until('the server listens', () => server.out().includes('listening'), undefined, server.out);
      const answer = await fetch(`http://localhost:${port}/greet`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Grace' }),
      });
      const { jobId } = (await answer.json()) as { readonly jobId: string };
      await until(
        'the job has run',
        () => worker.out().includes(`Hello, Grace! This is job ${jobId}.`),
        undefined,
        worker.out,
      );

      const page = await fetch(`http://localhost:${port}/admin/jobs/`);
      expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
        status: 200,
        type: expect.stringContaining('text/html'),
      });
      const job = await fetch(`http://localhost:${port}/admin/jobs/api/v1/jobs/${jobId}`);
      expect(await job.text()).toContain('GREET');
      for (const { child } of [server, worker]) child.kill('SIGTERM');
      expect(await Promise.all([server.exit, worker.exit])).toEqual([0, 0]);
    },
    180_000,
  );

  it('of the defaults is worked by the command line as it is, with the database of its .env', () => {
    const name = 'by-default';
    const created = consumer.run(process.execPath, ['node_modules/create-bearmq/dist/bin.js', name, '--yes']);
    expect(created).toMatchObject({
      status: 0,
      output: expect.stringContaining('That is the default; --framework, --client, --database choose otherwise.'),
    });
    expect(created.output).toContain(`  cd ${name}\n  npm install\n  npm run database `);
    const file = join(consumer.folder, name, '.env');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^DATABASE_URL=.*$/m, `DATABASE_URL=${schema.url}`));
    const bearmq = (...args: readonly string[]) =>
      consumer.run(process.execPath, ['../node_modules/bearmq/dist/bin.js', ...args], {
        inside: name,
        env: { DATABASE_URL: undefined },
      });
    expect(bearmq('migrate')).toMatchObject({ status: 0, output: expect.stringContaining('applied') });
    expect(bearmq('jobs', 'enqueue', 'GREET', '{"name":"Grace"}')).toMatchObject({ status: 0 });
    expect(bearmq('work', '--drain')).toMatchObject({ status: 0, output: expect.stringContaining('Hello, Grace!') });
    expect(bearmq('doctor')).toMatchObject({ status: 0, output: expect.stringContaining('all is in order') });
  }, 60_000);

  it('is not asked for where nobody answers', () => {
    expect(consumer.run(process.execPath, ['node_modules/create-bearmq/dist/bin.js', 'other'])).toMatchObject({
      status: 2,
      output: expect.stringContaining('give --yes'),
    });
  });
});

interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly exit: Promise<number | null>;
}

function start(args: readonly string[], inside: string, env: Readonly<Record<string, string>>): Running {
  const { NODE_OPTIONS: _flags, JEST_WORKER_ID: _ours, ...rest } = process.env;
  const child = spawn(process.execPath, args, { cwd: join(consumer.folder, inside), env: { ...rest, ...env } });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, out: () => said, exit: new Promise((resolve) => child.once('close', resolve)) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await closed;
}

/** What npm would run, without the `node` before it. */
function scriptOf({ folder }: Consumer, name: string, script: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const [command, ...args] = (manifest.scripts[script] ?? '').split(' ');
  expect(command).toBe('node');
  return args;
}
