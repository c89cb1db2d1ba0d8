// Serves the dashboard with node:http, on a free port unless PORT names one. Bun and Deno have that too.

// #region node
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { nodeHandler } from '@bearmq/dashboard/node';
import { dashboard, servesAt } from './dashboard.ts';

const server = createServer(nodeHandler(dashboard, '/admin/jobs'));
server.listen(process.env['PORT'] ?? 0);
// #endregion node

server.once('listening', () => {
  servesAt((server.address() as AddressInfo).port, () => {
    server.closeAllConnections();
    server.close();
  });
});
