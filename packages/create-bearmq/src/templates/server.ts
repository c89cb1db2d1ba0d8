import type { TemplateFile } from '@bearmq/cli/templates';
import type { Framework } from '../choices.ts';

/** What takes requests: a route that enqueues, and the dashboard. */
export function serverFiles(framework: Framework): readonly TemplateFile[] {
  if (framework === 'next') return NEXT;
  return [{ path: 'src/server.ts', content: SERVERS[framework] }];
}

/** The dashboard, and who may do what: `src/dashboard.ts`. */
export const dashboardModule: string = `import { type Access, createDashboard, type Dashboard } from '@bearmq/dashboard';
import { context } from './database.ts';

/** Whoever knows DASHBOARD_PASSWORD may do all (the user is admin). Without one, only in development. */
function accessOf(request: Request): Access | Response | null {
  const password = process.env['DASHBOARD_PASSWORD'];
  if (password === undefined || password === '') return process.env['NODE_ENV'] === 'production' ? null : 'all';
  const expected = \`Basic \${Buffer.from(\`admin:\${password}\`).toString('base64')}\`;
  if (request.headers.get('authorization') === expected) return 'all';
  return new Response('who are you?', { status: 401, headers: { 'www-authenticate': 'Basic realm="jobs"' } });
}

export const dashboard: Dashboard = createDashboard({ context, authorize: accessOf });
`;

const PORT = "Number(process.env['PORT'] ?? 3000)";
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is of the program that is written
const LISTENING = 'console.log(`listening on http://localhost:${port}, dashboard at /admin/jobs`);';

const SERVERS: Readonly<Record<Exclude<Framework, 'next'>, string>> = {
  none: `import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { nodeHandler } from '@bearmq/dashboard/node';
import { dashboard } from './dashboard.ts';
import { close } from './database.ts';
import { greetLater } from './enqueue.ts';

const port = ${PORT};
const showJobs = nodeHandler(dashboard, '/admin/jobs');

const server = createServer(async (request, response) => {
  if (request.url?.startsWith('/admin/jobs')) {
    await showJobs(request, response);
  } else if (request.method === 'POST' && request.url === '/greet') {
    const { name } = JSON.parse(await text(request)) as { name: string };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ jobId: await greetLater(name) }));
  } else {
    response.writeHead(404).end();
  }
});
server.listen(port, () => {
  ${LISTENING}
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close();
    server.closeAllConnections();
    await dashboard.close();
    await close();
  });
}
`,
  fastify: `import { bearDashboard } from '@bearmq/dashboard/fastify';
import Fastify from 'fastify';
import { dashboard } from './dashboard.ts';
import { close } from './database.ts';
import { greetLater } from './enqueue.ts';

const port = ${PORT};
const fastify = Fastify();

fastify.post<{ Body: { name: string } }>('/greet', async (request) => {
  return { jobId: await greetLater(request.body.name) };
});
await fastify.register(bearDashboard, { prefix: '/admin/jobs', dashboard });
fastify.addHook('onClose', async () => {
  await dashboard.close();
  await close();
});

await fastify.listen({ port });
${LISTENING}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => fastify.close());
}
`,
  express: `import { nodeHandler } from '@bearmq/dashboard/node';
import express from 'express';
import { dashboard } from './dashboard.ts';
import { close } from './database.ts';
import { greetLater } from './enqueue.ts';

const port = ${PORT};
const app = express();

// Before what reads bodies: the dashboard reads its own.
app.use('/admin/jobs', nodeHandler(dashboard));
app.post('/greet', express.json(), async (request, response) => {
  const { name } = request.body as { name: string };
  response.json({ jobId: await greetLater(name) });
});

const server = app.listen(port, () => {
  ${LISTENING}
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close();
    server.closeAllConnections();
    await dashboard.close();
    await close();
  });
}
`,
  hono: `import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { dashboard } from './dashboard.ts';
import { close } from './database.ts';
import { greetLater } from './enqueue.ts';

const port = ${PORT};
const app = new Hono();

app.post('/greet', async (c) => {
  const { name } = await c.req.json<{ name: string }>();
  return c.json({ jobId: await greetLater(name) });
});
app.all('/admin/jobs', (c) => dashboard.fetch(c.req.raw, '/admin/jobs'));
app.all('/admin/jobs/*', (c) => dashboard.fetch(c.req.raw, '/admin/jobs'));

const server = serve({ fetch: app.fetch, port }, () => {
  ${LISTENING}
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close();
    await dashboard.close();
    await close();
  });
}
`,
};

const NEXT: readonly TemplateFile[] = [
  {
    path: 'next.config.mjs',
    content: `/** @type {import('next').NextConfig} */
export default { serverExternalPackages: ['pg', 'postgres', 'bearmq', '@bearmq/core'] };
`,
  },
  {
    path: 'app/layout.tsx',
    content: `import type { ReactNode } from 'react';

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
`,
  },
  {
    path: 'app/page.tsx',
    content: `export default function Page() {
  return <a href="/admin/jobs">Jobs</a>;
}
`,
  },
  {
    path: 'app/greet/route.ts',
    content: `import { greetLater } from '../../src/enqueue.ts';

export async function POST(request: Request): Promise<Response> {
  const { name } = (await request.json()) as { name: string };
  return Response.json({ jobId: await greetLater(name) });
}
`,
  },
  {
    path: 'app/admin/jobs/[[...path]]/route.ts',
    content: `import { nextDashboard } from '@bearmq/dashboard/next';
import { dashboard } from '../../../../src/dashboard.ts';

export const { GET, HEAD, POST } = nextDashboard(dashboard, '/admin/jobs');
`,
  },
];
