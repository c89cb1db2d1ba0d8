import { createServer } from 'node:http';
import { createMetrics } from '@bearmq/prometheus';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

// #region prometheus
const metrics = createMetrics({ context });
const server = createServer(async (_request, response) => {
  response.setHeader('content-type', metrics.contentType).end(await metrics.render());
});
server.listen(process.env.PORT);
// #endregion prometheus

server.once('listening', () => console.log('listening'));
stopOnSignal([
  {
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  },
]);
