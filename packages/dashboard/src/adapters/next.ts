import type { Dashboard } from '../dashboard.ts';

type RouteHandler = (request: Request) => Promise<Response>;

/**
 * A dashboard as the handlers of a route of Next.js: `app/admin/jobs/[[...path]]/route.ts`.
 *
 * @param mountedAt the path of that folder: `/admin/jobs`.
 *
 * @example
 * export const { GET, HEAD, POST } = nextDashboard(dashboard, '/admin/jobs');
 */
export function nextDashboard(
  dashboard: Dashboard,
  mountedAt: string,
): { readonly GET: RouteHandler; readonly HEAD: RouteHandler; readonly POST: RouteHandler } {
  const handle: RouteHandler = async (request) => await dashboard.fetch(request, mountedAt);
  return { GET: handle, HEAD: handle, POST: handle };
}
