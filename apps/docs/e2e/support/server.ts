import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { BUILT, readBuild } from '../../test/support/built.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
};

/** Serves the built site as hosts of static sites do: `/guides/retries` is `guides/retries.html`. */
export async function serveSite(): Promise<{ readonly server: Server; readonly origin: string }> {
  const { base } = readBuild();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const file = pathname.startsWith(base) ? fileOf(decodeURIComponent(pathname.slice(base.length))) : undefined;
    const found = file ?? join(BUILT, '404.html');
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': TYPES[extname(found)] ?? 'application/octet-stream',
    });
    response.end(readFileSync(found));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base.slice(0, -1)}` };
}

function fileOf(path: string): string | undefined {
  if (path.split('/').includes('..')) return undefined;
  const places = path === '' || path.endsWith('/') ? [`${path}index.html`] : [path, `${path}.html`];
  return places.map((place) => join(BUILT, place)).find((file) => existsSync(file) && statSync(file).isFile());
}
