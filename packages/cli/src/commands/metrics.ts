import { createServer } from 'node:http';
import { diagnose } from '@bearmq/doctor';
import { createMetrics } from '@bearmq/prometheus';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { failureOf } from '../failures.ts';
import { type Listening, listen } from '../listening.ts';
import { count, text } from '../options.ts';
import { stopRequests } from '../stop-requests.ts';

export const metrics: Command = defineCommand({
  name: 'metrics',
  about: 'Serves the figures to Prometheus at /metrics, until it is told to stop.',
  options: {
    port: count('where it listens; 0 for any that is free (default: 9464)', 0, 65_535),
    host: text('address', 'the address it listens on (default: 127.0.0.1)'),
  },
  run: async ({ options, output, surroundings, database }) => {
    const { port = 9_464, host = '127.0.0.1' } = options;
    const { context, driver, schema } = await database();
    const made = createMetrics({ context: context(), findings: () => diagnose({ driver, schema }) });
    await made.render(); // what is wrong with the database is told now, and not at the first scrape
    const requests = stopRequests(surroundings, undefined);
    const server = createServer(async (request, response) => {
      if (request.url?.split('?')[0] !== '/metrics') {
        response.writeHead(404).end('see /metrics\n');
        return;
      }
      try {
        const body = await made.render();
        response.writeHead(200, { 'content-type': made.contentType }).end(body);
      } catch (error) {
        const { message } = failureOf(error);
        output.error(message);
        response.writeHead(503).end(`${message}\n`);
      }
    });
    let listening: Listening | undefined;
    try {
      listening = await listen(server, port, host);
      output.note(`serving http://${host.includes(':') ? `[${host}]` : host}:${listening.port}/metrics`);
      await requests.first;
    } finally {
      requests.end();
      listening?.close();
    }
    return EXIT.done;
  },
});
