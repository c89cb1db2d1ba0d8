/// <reference types="bun-types" />
// Serves the dashboard on Bun, on a free port unless PORT names one.
import { dashboard, servesAt } from './dashboard.ts';

// #region bun
const server = Bun.serve({
  port: Number(process.env['PORT'] ?? 0),
  fetch: (request) => dashboard.fetch(request, '/admin/jobs'),
});
// #endregion bun

servesAt(server.port, () => server.stop(true));
