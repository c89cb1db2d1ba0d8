import type { IncomingMessage } from 'node:http';
import type { Dashboard } from '../dashboard.ts';
import { requestOf } from './node-request.ts';

/** What is used of a context of Koa. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly path: string;
  readonly originalUrl: string;
  status: number;
  body: unknown;
  set(name: string, value: string | string[]): void;
}

export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>;

/**
 * A dashboard as middleware of Koa. What is not under its path goes on to the next.
 *
 * @param path the path that it is mounted at: `/admin/jobs`. Within `koa-mount`, what it does not take away.
 *
 * @example
 * app.use(koaDashboard('/admin/jobs', dashboard));
 */
export function koaDashboard(path: string, dashboard: Dashboard): KoaMiddleware {
  return async (context, next) => {
    if (context.path !== path && !context.path.startsWith(`${path}/`)) {
      await next();
      return;
    }
    const [whole = ''] = context.originalUrl.split('?');
    const outside = whole.endsWith(context.path) ? whole.slice(0, whole.length - context.path.length) : '';
    const { body } = (context as { readonly request?: { readonly body?: unknown } }).request ?? {};
    const request = await requestOf(context.req, { url: context.originalUrl, body });
    const answer = await dashboard.fetch(request, outside + path);
    context.status = answer.status;
    for (const [name, value] of answer.headers) if (name !== 'set-cookie') context.set(name, value);
    const cookies = answer.headers.getSetCookie();
    if (cookies.length > 0) context.set('set-cookie', cookies);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    context.body = answer.body === null ? null : Buffer.from(bytes);
  };
}
