import { createServer, request as httpRequest, type Server } from 'node:http';
import process from 'node:process';
import { createDashboard } from '@bearmq/dashboard';
import { bearDashboard } from '@bearmq/dashboard/fastify';
import { koaDashboard } from '@bearmq/dashboard/koa';
import { nodeHandler } from '@bearmq/dashboard/node';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { queue } from './mounts/dashboard.ts';
import { app as expressApp } from './mounts/express.ts';
import { app as fastifyApp } from './mounts/fastify.ts';
import { app as honoApp } from './mounts/hono.ts';
import { app as koaApp } from './mounts/koa.ts';
import { create as createNest } from './mounts/nest.ts';
import { create as createNestOnFastify } from './mounts/nest-fastify.ts';
import { GET, POST } from './mounts/next.ts';

const MOUNT = '/admin/jobs';
const dashboardAt = (basePath = '') => createDashboard({ context: queue.context, authorize: 'open', basePath });

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** Serves it on a free port, and asks it there. */
async function served(server: Server): Promise<{ readonly ask: Ask; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    ask: async (path, init) => await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A program of Nest, whose own routes go on. */
async function nested(app: NestLike): Promise<{ readonly ask: Ask; close(): Promise<void> }> {
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const ask: Ask = async (path, init) => await fetch(`${url}${path}`, { redirect: 'manual', ...init });
  expect(await (await ask('/mine')).text()).toBe('mine');
  return { ask, close: async () => await app.close() };
}

interface NestLike {
  listen(port: number, host: string): Promise<unknown>;
  getUrl(): Promise<string>;
  close(): Promise<void>;
}

const noop = async (): Promise<void> => {};

/** Each way to mount it, with what else that framework's users have. */
const mounts: Readonly<Record<string, () => Promise<{ readonly ask: Ask; close(): Promise<void> }>>> = {
  'node:http with a base path': async () => await served(createServer(nodeHandler(dashboardAt(MOUNT)))),
  Express: async () => await served(createServer(expressApp)),
  'Express behind a parser of bodies': async () =>
    await served(createServer(express().use(express.json()).use(MOUNT, nodeHandler(dashboardAt())))),
  'Express in a router': async () => {
    const router = express.Router().use('/jobs', nodeHandler(dashboardAt()));
    return await served(createServer(express().use('/admin', router)));
  },
  Fastify: async () => {
    await fastifyApp.listen({ port: 0, host: '127.0.0.1' });
    const { port } = fastifyApp.server.address() as { port: number };
    const ask: Ask = async (path, init) =>
      await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init });
    return { ask, close: async () => await fastifyApp.close() };
  },
  Koa: async () => await served(createServer(koaApp.callback())),
  Nest: async () => await nested(await createNest()),
  'Nest on Fastify': async () => await nested(await createNestOnFastify()),
  Hono: async () => ({ ask: async (path, init) => await honoApp.request(path, init), close: noop }),
  'Hono that takes the mount away': async () => {
    const dashboard = dashboardAt();
    const app = new Hono().mount(MOUNT, (request) => dashboard.fetch(request));
    return { ask: async (path, init) => await app.request(path === MOUNT ? `${MOUNT}/` : path, init), close: noop };
  },
  'Next.js': async () => {
    const ask: Ask = async (path, init) => {
      const request = new Request(`http://localhost${path}`, init);
      // It redirects an address with a slash at its end to one without.
      const at = new URL(request.url);
      if (at.pathname.length > 1 && at.pathname.endsWith('/')) {
        return new Response(null, { status: 308, headers: { location: at.pathname.slice(0, -1) } });
      }
      return await { GET, POST }[request.method as 'GET'](request);
    };
    return { ask, close: noop };
  },
};

describe.each(Object.keys(mounts))('mounted in %s', (name) => {
  let ask: Ask;
  let close = noop;
  beforeAll(async () => {
    ({ ask, close } = await (mounts[name] as (typeof mounts)[string])());
  });
  afterAll(async () => await close());

  it('serves a page and its files, with and without a slash, and deep below', async () => {
    for (const path of [MOUNT, `${MOUNT}/jobs`, `${MOUNT}/lanes/a%2Fb/c`]) {
      const page = await ask(path);
      expect([path, page.status]).toEqual([path, 200]);
      const html = await page.text();
      const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link ?? '');
      expect(links.length).toBeGreaterThanOrEqual(2);
      for (const link of links) {
        const at = new URL(
          link,
          `http://localhost${name.includes('takes the mount') && path === MOUNT ? `${path}/` : path}`,
        ).pathname;
        expect(at.startsWith(`${MOUNT}/assets/`)).toBe(true);
        expect([at, (await ask(at)).status]).toEqual([at, 200]);
      }
    }
    const withSlash = await ask(`${MOUNT}/`);
    expect([200, 308]).toContain(withSlash.status);
  });

  it('answers and acts, and keeps names with slashes whole', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', 'x-bearmq': '1' } };
    const what = { jobName: `a/b ${name}` };
    const paused = await ask(`${MOUNT}/api/v1/pauses`, { ...init, body: JSON.stringify({ ...what, reason: 'ü' }) });
    expect([paused.status, await paused.json()]).toEqual([200, { isNew: true, stillRunning: 0 }]);
    const listed = await ask(`${MOUNT}/api/v1/pauses`);
    expect(await listed.json()).toMatchObject({ pauses: [{ what, reason: 'ü' }] });
    const etag = listed.headers.get('etag') ?? '';
    expect((await ask(`${MOUNT}/api/v1/pauses`, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const resumed = await ask(`${MOUNT}/api/v1/pauses/remove`, { ...init, body: JSON.stringify(what) });
    expect(await resumed.json()).toEqual({ wasPaused: true });
    const missing = await ask(`${MOUNT}/api/v1/groups/a%2Fb`);
    expect(await missing.json()).toMatchObject({ error: { message: expect.stringContaining('"a/b"') } });
  });

  it('refuses a request of another site', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"everything":true}' };
    const { status } = await ask(`${MOUNT}/api/v1/pauses`, init);
    expect([403, 415]).toContain(status);
    expect(await queue.context.pauses()).toEqual([]);
  });
});

describe('what is beside the mount', () => {
  it('is left to the rest of the program', async () => {
    const koa = new Koa().use(koaDashboard(MOUNT, dashboardAt())).use((context) => {
      context.body = 'mine';
    });
    const { ask, close } = await served(createServer(koa.callback()));
    expect(await (await ask('/admin/jobsomething')).text()).toBe('mine');
    await close();
  });

  it('has its bodies parsed as before', async () => {
    const app = fastify();
    await app.register(bearDashboard, { prefix: MOUNT, dashboard: dashboardAt() });
    app.post('/mine', async ({ body }) => body);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"n":1}' };
    expect(await (await fetch(`${url}/mine`, init)).json()).toEqual({ n: 1 });
    await app.close();
  });
});

describe('what fails', () => {
  const broken = createDashboard({
    context: queue.context,
    authorize: () => {
      throw new Error('no session store');
    },
  });

  it('goes to the error handler of Express', async () => {
    const told: unknown[] = [];
    const app = express()
      .use(MOUNT, nodeHandler(broken))
      .use((error: unknown, _: express.Request, response: express.Response, __: express.NextFunction) => {
        told.push(error);
        response.status(599).end();
      });
    const { ask, close } = await served(createServer(app));
    expect((await ask(MOUNT)).status).toBe(599);
    expect(told).toMatchObject([{ cause: { message: 'no session store' } }]);
    await close();
  });

  it('is a warning of the process where nobody else is told, and a 500', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { ask, close } = await served(createServer(nodeHandler(broken)));
    const answer = await ask('/');
    expect([answer.status, await answer.text()]).toEqual([500, '500 Internal Server Error\n']);
    expect(warned.mock.calls).toEqual([
      [
        expect.stringContaining('authorize'),
        expect.objectContaining({ detail: expect.stringContaining('no session store') }),
      ],
    ]);
    warned.mockRestore();
    await close();
  });

  it.each(['http://elsewhere/api/v1/meta', '//elsewhere/api/v1/meta', '/api/v1/meta'])(
    'is not the fault of an odd address: %s',
    async (path) => {
      const server = createServer(nodeHandler(dashboardAt()));
      const { close } = await served(server);
      const { port } = server.address() as { port: number };
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const asked = httpRequest({ port, host: '127.0.0.1', path, headers: { host: 'a b:c' } }, ({ statusCode }) =>
          resolve(statusCode),
        );
        asked.once('error', reject).end();
      });
      expect([200, 404]).toContain(status);
      await close();
    },
  );
});
