import { JobDefinition } from 'bearmq';
import { context, pool } from './context.ts';

const greet = new JobDefinition({ context, name: 'GREET', workFunction: () => {} });
await greet.register();

// #region readiness
import { createServer } from 'node:http';
import { Worker } from 'bearmq';

const worker = new Worker({ context });

const probes = createServer((_request, response) => {
  const readiness = worker.readiness();
  response.writeHead(readiness.isReady ? 200 : 503).end(JSON.stringify(readiness));
}).listen(process.env.HEALTH_PORT);
// #endregion readiness

process.once('SIGTERM', async () => {
  await worker.stop();
  probes.close();
  await pool.end();
});
