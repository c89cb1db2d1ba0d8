import { type DashboardOptions, settingsOf } from './options.ts';
import { createApp } from './server/app.ts';
import { Cache } from './server/cache.ts';

/** A dashboard, to be mounted in a server. */
export interface Dashboard {
  /**
   * Answers a request.
   *
   * @param mountedAt the path that it is mounted at, where the address has it still. @defaultValue its `basePath`
   */
  fetch(request: Request, mountedAt?: string): Promise<Response>;
  /** Has every request from now on answered by 503, and resolves when nothing is asked of the database any more. */
  close(): Promise<void>;
}

/**
 * Makes a dashboard: pages, and the HTTP API that they use. It begins nothing by itself, and holds no connection; ask it by
 * `fetch`, or by one of the adapters.
 *
 * @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range.
 *
 * @example
 * const dashboard = createDashboard({ context, authorize: (request) => (isAdmin(request) ? 'all' : null) });
 * Deno.serve((request) => dashboard.fetch(request));
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  const settings = settingsOf(options);
  const caches = new Map(settings.sources.map((source) => [source, new Cache()]));
  const app = createApp(settings, caches);
  let isClosed = false;
  return {
    fetch: async (request, mountedAt = settings.basePath) => {
      if (isClosed) return new Response('the dashboard is closed\n', { status: 503 });
      return await app(request, mountedAt);
    },
    close: async () => {
      isClosed = true;
      for (const cache of caches.values()) await cache.settled();
    },
  };
}
