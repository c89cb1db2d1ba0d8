import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { nodeHandler } from './adapters/node.ts';
import { createDashboard } from './dashboard.ts';
import type { DashboardOptions } from './options.ts';

/** The options of {@link serve}. */
export interface ServeOptions extends Omit<DashboardOptions, 'authorize' | 'basePath'> {
  /** 0 for any that is free. @defaultValue 3050 */
  readonly port?: number;
  /** The address that it listens on. @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** What whoever reaches it may do. @defaultValue 'read' */
  readonly access?: 'read' | 'all';
  /**
   * What is asked for before anything is shown. `open`: nothing, wherever it listens.
   *
   * @defaultValue none: it listens to this machine only
   */
  readonly credentials?: { readonly user: string; readonly password: string } | 'open';
}

/** A dashboard that is served. */
export interface ServedDashboard {
  readonly url: string;
  close(): Promise<void>;
}

/** Why a dashboard is not served. */
export class OpenToAllError extends Error {
  override readonly name = 'OpenToAllError';

  constructor(host: string) {
    super(`${host} may be reached from other machines: give a user and a password, or say that it is open to all`);
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/**
 * Serves a dashboard by itself: to this machine only, and to be read only, unless said otherwise.
 *
 * @throws OpenToAllError where others could reach it, and nothing is asked of them.
 * @throws InvalidOptionError as `createDashboard` does.
 */
export async function serve(options: ServeOptions): Promise<ServedDashboard> {
  const { port = 3_050, host = '127.0.0.1', access = 'read', credentials, ...rest } = options;
  const isLocal = LOOPBACK.test(host);
  if (!isLocal && credentials === undefined) throw new OpenToAllError(host);
  const dashboard = createDashboard({
    ...rest,
    authorize: (request) => {
      // A page of another site may have a name of its own resolve to this machine: it is asked for by that name then.
      if (credentials === undefined && !LOOPBACK.test(new URL(request.url).hostname)) return null;
      return credentials === undefined || credentials === 'open' || isKnown(request, credentials) ? access : ASK();
    },
  });
  const server = createServer(nodeHandler(dashboard));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening}/`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await dashboard.close();
    },
  };
}

const ASK = (): Response =>
  new Response('401 Unauthorized\n', {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="BearMQ", charset="UTF-8"', 'cache-control': 'no-store' },
  });

function isKnown(
  { headers }: Request,
  { user, password }: { readonly user: string; readonly password: string },
): boolean {
  const [scheme = '', said = ''] = (headers.get('authorization') ?? '').split(' ');
  if (scheme.toLowerCase() !== 'basic') return false;
  // Of the same length, whatever was said: so nothing is learned from how long the comparison takes.
  const given = Buffer.from(said, 'base64').toString('utf8');
  return timingSafeEqual(digestOf(given), digestOf(`${user}:${password}`));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
