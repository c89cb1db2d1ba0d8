import { Hono } from 'hono/tiny';
import { type Granted, grantedTo } from '../access.ts';
import type { Settings, Source } from '../options.ts';
import { answerTo } from './answer.ts';
import { assetNamed } from './assets.ts';
import { type Place, placeOf } from './base-path.ts';
import { Cache } from './cache.ts';
import { healthOf } from './health.ts';
import { metricsOf } from './metrics.ts';
import { pageAt } from './page.ts';
import { Refusal, refusalOf } from './refusal.ts';
import { refusalAnswer } from './replies.ts';
import { ROUTES } from './routes/index.ts';

interface Env {
  readonly Bindings: { readonly place: Place };
  readonly Variables: { readonly granted: Granted };
}

/** The dashboard as an answer to each request. `caches` are those of its sources. */
export function createApp(
  settings: Settings,
  caches: ReadonlyMap<Source, Cache>,
): (request: Request, mountedAt: string) => Promise<Response> {
  // The path is told apart from its mount before, which is another for each framework.
  const app = new Hono<Env>({ getPath: (_, options) => placeIn(options).path || '/' });
  const cacheOf = (source: Source): Cache => caches.get(source) ?? new Cache();

  app.onError((error) => {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusalAnswer(refusal);
  });
  app.notFound(() => nothingThere());

  app.get('/healthz', async () => {
    for (const source of settings.sources) {
      const health = await healthOf(source, cacheOf(source)).catch(
        (error: unknown) => refusalOf(error) ?? throwIt(error),
      );
      const problem =
        health instanceof Refusal
          ? health.code
          : health?.findings.find(({ severity }) => severity === 'error')?.message;
      if (problem !== undefined) return plain(`${problem}\n`, 503);
    }
    return plain('ok\n', 200);
  });
  app.get('/assets/:name', (c) => assetNamed(c.req.param('name')) ?? nothingThere());

  app.use(async (c, next) => {
    const granted = await authorized(c.req.raw, settings);
    if (granted === null) return nothingThere();
    if (granted instanceof Response) return granted;
    c.set('granted', granted);
    return await next();
  });
  for (const source of settings.sources) {
    const prefix = source.label === null ? '' : `/@${source.label}`;
    const cache = cacheOf(source);
    for (const route of ROUTES) {
      app.on(route.method, `${prefix}/api/v1/${route.path}`, (c) =>
        answerTo(route, c.req.raw, { source, settings, cache, granted: c.get('granted'), params: c.req.param() }),
      );
    }
    app.get(`${prefix}/metrics`, (c) => metricsOf(source, cache, c.get('granted')));
    app.all(`${prefix}/api/*`, () => {
      throw new Refusal(404, 'NOT_FOUND', 'there is no such route, or not by that method');
    });
    app.get(`${prefix}/*`, (c) => pageAt(c.env.place.up, settings.title));
  }
  const [first] = settings.sources;
  if (first !== undefined && first.label !== null) {
    app.get(
      '/',
      (c) => new Response(null, { status: 302, headers: { location: `${c.env.place.up}@${first.label}/` } }),
    );
  }

  return async (request, mountedAt) =>
    await app.fetch(request, { place: placeOf(new URL(request.url).pathname, mountedAt) });
}

/** Hono hands on what `fetch` was given as it is. */
function placeIn(options: { readonly env?: unknown } | undefined): Place {
  return (options as { readonly env: Env['Bindings'] }).env.place;
}

/** What `authorize` throws is no answer of ours: it rejects, and the framework tells of it. */
async function authorized(request: Request, settings: Settings): Promise<Granted | Response | null> {
  try {
    return await grantedTo(request, settings);
  } catch (error) {
    throw new Error('authorize of the dashboard has thrown', { cause: error });
  }
}

function throwIt(error: unknown): never {
  throw error;
}

function plain(text: string, status: number): Response {
  return new Response(text, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** As if no dashboard were there. */
function nothingThere(): Response {
  return plain('404 Not Found\n', 404);
}
