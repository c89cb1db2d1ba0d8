import { createServer } from 'node:http';
import { createDashboard } from '@bearmq/dashboard';
import { nodeHandler } from '@bearmq/dashboard/node';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const tokens: Readonly<Record<string, 'all' | 'read'>> = { 'token of ada': 'all', 'token of bob': 'read' };
const accessOf = (request: Request) => tokens[request.headers.get('authorization') ?? ''] ?? null;

// #region dashboard
const dashboard = createDashboard({
  context,
  basePath: '/admin/jobs',
  authorize: (request) => accessOf(request), // 'all', 'read', { allow: ['job.retry'] }, or null: there is nothing here
});
const server = createServer(nodeHandler(dashboard));
server.listen(process.env.PORT);
// #endregion dashboard

server.once('listening', () => console.log('listening'));
stopOnSignal([
  {
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await dashboard.close();
    },
  },
]);
