import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';
import { useBin } from './support/bin.ts';
import { call, callOn } from './support/call.ts';

/** A port on which another listens. */
async function takenPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** A server that never answers; `asked` resolves when somebody connects. */
async function silentServer(): Promise<AsyncDisposable & { readonly port: number; readonly asked: Promise<unknown> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
  }).listen(0, '127.0.0.1');
  const asked = once(server, 'connection');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const schema = useSchema({ way: 'direct' });
const start = useBin();
const module = join(import.meta.dirname, 'support/fixtures/jobs.mjs');
const env = { DATABASE_URL: schema.url, SCHEMA: schema.name };

const enqueue = async (name: string, payload = 'null'): Promise<string> =>
  (await callOn(schema, ['jobs', 'enqueue', name, payload])).out.trim();

const outcomeOf = async (jobId: string) =>
  (await schema.rows('select outcome::text, attempt from {s}.finalized_job where id = $1', [jobId]))[0];

/** In order, since all are about one schema: what a test leaves is rescued in the next. */
describe('bearmq work', () => {
  it('runs the jobs of a module, logs what fails, and lets those that run end at SIGTERM', async () => {
    const bin = start(['work', module, '--concurrency', '3', '--log', 'json', '--level', 'debug'], env);
    await bin.wrote('working on jobs of QUICK, PATIENT, STUBBORN, defined in');
    const [quick, patient] = [await enqueue('QUICK', '{"n":1}'), await enqueue('PATIENT')];
    await bin.wrote('quick 1');
    await bin.wrote(`began ${patient}`);
    bin.process.kill('SIGTERM');
    expect(await bin.exit).toBe(0);
    expect(await outcomeOf(patient)).toEqual({ outcome: 'succeeded', attempt: 1 });
    const logged = bin
      .err()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged).toContainEqual(
      expect.objectContaining({ level: 'debug', eventType: 'WORKER_JOB_RUN_SUCCESS', jobId: quick, jobName: 'QUICK' }),
    );
    expect(await schema.value('select count(*)::int from {s}.process')).toBe(0);
  });

  it('waits for a run that goes on no longer than --grace, names it, and ends with 1', async () => {
    const bin = start(['work', module, '--grace', '0s', '--without-orchestrator'], env);
    await bin.wrote('working');
    const jobId = await enqueue('STUBBORN');
    await bin.wrote(`began ${jobId}`);
    bin.process.kill('SIGTERM');
    expect(await bin.exit).toBe(1);
    expect(bin.err()).toContain(`still running: STUBBORN ${jobId}`);
  });

  it('ends at once at a second signal', async () => {
    const bin = start(['work', module], env);
    await bin.wrote('working');
    const jobId = await enqueue('STUBBORN');
    await bin.wrote(`began ${jobId}`);
    bin.process.kill('SIGINT');
    await bin.wrote('stopping');
    bin.process.kill('SIGINT');
    expect(await bin.exit).toBe(130);
  });

  it('ends once nothing is ready with --drain, whatever waits for its time', async () => {
    await enqueue('QUICK', '{"n":2}');
    await callOn(schema, ['jobs', 'enqueue', 'QUICK', '{"n":3}', '--delay', '1h']);
    await enqueue('NOT_OURS');
    const bin = start(['work', module, '--drain', '--concurrency', '10'], env);
    expect(await bin.exit).toBe(0);
    expect(bin.out()).toContain('quick 2');
    expect(await schema.rows("select name, state::text from {s}.job where name <> 'STUBBORN' order by 1")).toEqual([
      { name: 'NOT_OURS', state: 'ready' },
      { name: 'QUICK', state: 'scheduled' },
    ]);
  });

  it('stops by itself after --max-time', async () => {
    const bin = start(['work', module, '--max-time', '0.2s'], env);
    expect(await bin.exit).toBe(0);
  });

  it('tells the probes of a container that it lives, and when it takes jobs and when it stops', async () => {
    const bin = start(['work', module, '--health-port', '0', '--grace', '30s'], env);
    const port = await until('it serves', () => /serving \/live and \/ready on port (\d+)/.exec(bin.err())?.[1]);
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    expect(await (await get('/live')).json()).toEqual({ isLive: true });
    await until('it is ready', async () => (await get('/ready')).status === 200);
    expect(await (await get('/ready')).json()).toEqual({ isReady: true });
    const jobId = await enqueue('STUBBORN');
    await bin.wrote(`began ${jobId}`);
    bin.process.kill('SIGTERM');
    await bin.wrote('stopping');
    const stopping = await get('/ready');
    expect({ status: stopping.status, body: await stopping.json() }).toEqual({
      status: 503,
      body: { isReady: false, reason: 'stopping', message: 'it was told to stop' },
    });
    expect((await get('/live')).status).toBe(200);
    expect((await get('/metrics')).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/live`, { method: 'POST' })).status).toBe(405);
    bin.process.kill('SIGTERM');
    expect(await bin.exit).toBe(130);
  });

  it('serves no probes any more once it has stopped', async () => {
    const bin = start(['work', module, '--health-port', '0', '--max-time', '0.2s', '--health-host', '127.0.0.1'], env);
    expect(await bin.exit).toBe(0);
    const port = /on port (\d+)/.exec(bin.err())?.[1];
    await expect(fetch(`http://127.0.0.1:${port}/live`)).rejects.toThrow('fetch failed');
  });

  it.each([
    [['work', module, '--health-port', '0'], 1, 'serving', 0],
    [['stats', '--watch', '--timeout', '1h'], 2, '', 130],
    [['bench', '--timeout', '1h'], 2, '', 130],
  ])(
    '%j ends at a signal while the database does not answer, at a second one at the latest',
    async (args, times, wrote, exit) => {
      await using silent = await silentServer();
      const url = `postgres://ada@127.0.0.1:${silent.port}/silent`;
      const bin = start(args, { ...env, DATABASE_URL: url });
      await bin.wrote(wrote);
      await silent.asked;
      for (let i = 0; i < times; i += 1) bin.process.kill(i === 0 ? 'SIGTERM' : 'SIGINT');
      expect(await bin.exit).toBe(exit);
    },
  );

  it('says which port is taken, and works nothing', async () => {
    await using taken = await takenPort();
    const bin = start(['work', module, '--health-port', String(taken.port)], env);
    expect(await bin.exit).toBe(1);
    expect(bin.err()).toBe(
      `error: --health-port: ${taken.port}: another program listens there (EADDRINUSE): give another port, or 0 for any that is free\n`,
    );
    for (const command of ['metrics', 'dashboard']) {
      expect(await callOn(schema, [command, '--port', String(taken.port)])).toMatchObject({
        exitCode: 1,
        err: expect.stringContaining(`error: --port: ${taken.port}: another program listens there`),
      });
    }
    expect(await call(['work', module, '--health-host', 'localhost'])).toMatchObject({
      exitCode: 2,
      err: 'error: --health-host: goes with --health-port\n',
    });
  });

  it('refuses to work on another schema or database than its module says', async () => {
    for (const [option, problem] of [
      [['--schema', 'another'], /^error: --schema: "another": the context of .*jobs\.mjs has the schema "/],
      [['--database-url', schema.url], /^error: --database-url: the module opens its own database: set DATABASE_URL/],
    ] as const) {
      const bin = start(['work', module, ...option], env);
      expect({ exitCode: await bin.exit, err: bin.err() }).toEqual({
        exitCode: 2,
        err: expect.stringMatching(problem),
      });
    }
    expect(await start(['work', module, '--schema', schema.name, '--max-time', '0.2s'], env).exit).toBe(0);
  });

  it('says what to install where a module imports what is not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bearmq-work-'));
    try {
      const file = join(folder, 'jobs.mjs');
      writeFileSync(file, "import '@nobody/has-this/deep';\n");
      const bin = start(['work', file], env);
      expect(await bin.exit).toBe(2);
      expect(bin.err()).toMatch(/^error: Cannot find package '@nobody\/has-this' .*: npm install @nobody\/has-this\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says what is wrong with a module', async () => {
    expect(await call(['work', './nowhere.mjs'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('there is no file'),
    });
    expect(await call(['work'])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/^error: \[module\]: is missing/),
    });
    const bin = start(['work', import.meta.filename.replace(/work\.test\.ts$/, 'support/fixtures/no-jobs.mjs')], env);
    expect(await bin.exit).toBe(2);
    expect(bin.err()).toMatch(/exports no context/);
  });
});
