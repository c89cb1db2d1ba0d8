import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dashboard } from '../dashboard.ts';
import { nodeHandler } from './node.ts';

/** What is used of an instance of Fastify. */
export interface FastifyLike {
  readonly prefix: string;
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown;
  route(route: {
    readonly method: string[];
    readonly url: string;
    readonly handler: (
      request: { readonly raw: IncomingMessage },
      reply: { readonly raw: ServerResponse; hijack(): unknown },
    ) => Promise<void>;
  }): unknown;
}

/**
 * A dashboard as a plugin of Fastify.
 *
 * @example
 * await fastify.register(bearDashboard, { prefix: '/admin/jobs', dashboard });
 */
export async function bearDashboard(
  fastify: FastifyLike,
  { dashboard }: { readonly dashboard: Dashboard; readonly prefix?: string },
): Promise<void> {
  const handle = nodeHandler(dashboard, fastify.prefix);
  // Bodies are read by the dashboard, which refuses what is not its own. This is so within the plugin only.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  for (const url of ['/', '/*']) {
    fastify.route({
      method: ['GET', 'POST'],
      url,
      handler: async (request, reply) => {
        reply.hijack();
        await handle(request.raw, reply.raw);
      },
    });
  }
}
