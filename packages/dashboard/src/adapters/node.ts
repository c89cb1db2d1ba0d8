import type { IncomingMessage, ServerResponse } from 'node:http';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Dashboard } from '../dashboard.ts';
import { requestOf } from './node-request.ts';

/** What Express and Connect add to a request of Node.js. */
export interface MountedRequest extends IncomingMessage {
  /** The address before the framework took the mount away. */
  readonly originalUrl?: string;
  /** What a parser of bodies made of it, where one ran before. */
  readonly body?: unknown;
}

export type NodeHandler = (
  request: MountedRequest,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => Promise<void>;

/**
 * A dashboard as a handler of Node.js: for `http.createServer`, for `app.use('/admin/jobs', …)` of Express and Connect, and
 * for all that takes such handlers. What fails goes to `next`; where there is none, to the warnings of the process.
 *
 * @param mountedAt the path that it is mounted at. @defaultValue what the framework took away; else the `basePath`
 */
export function nodeHandler(dashboard: Dashboard, mountedAt?: string): NodeHandler {
  return async (request, response, next) => {
    try {
      const answer = await dashboard.fetch(
        await requestOf(request, { url: request.originalUrl, body: request.body }),
        mountedAt ?? mountOf(request),
      );
      await send(answer, request, response);
    } catch (error) {
      if (next !== undefined && !response.headersSent) {
        next(error);
        return;
      }
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end('500 Internal Server Error\n');
      warn(error);
    }
  };
}

/** As a text: an error of another realm would be refused. */
function warn(error: unknown): void {
  const { message, stack, cause } = error as Partial<Error>;
  const detail = cause === undefined ? stack : `${stack}\nCaused by: ${(cause as Partial<Error>).stack ?? cause}`;
  const said = `the dashboard could not answer: ${message ?? error}`;
  process.emitWarning(said, { type: 'BearMQDashboardWarning', ...(detail === undefined ? {} : { detail }) });
}

/** The part of the address that the framework took away: `url` is the rest, and `/` where nothing is left. */
function mountOf({ originalUrl, url = '/' }: MountedRequest): string | undefined {
  if (originalUrl === undefined || originalUrl === url) return undefined;
  const [all = '', rest = ''] = [originalUrl.split('?')[0], url.split('?')[0]];
  const isPart = all.endsWith(rest);
  return (isPart ? all.slice(0, all.length - rest.length) : all).replace(/\/$/, '');
}

async function send(answer: Response, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status;
  const cookies = answer.headers.getSetCookie();
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  if (answer.body === null || request.method === 'HEAD') {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.fromWeb(answer.body), response);
  } catch (error) {
    // Whoever asked has gone.
    if (!response.destroyed) throw error;
  }
}
