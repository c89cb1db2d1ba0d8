import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An npm registry with one package, whose `postinstall` writes a file. */
export interface Registry {
  readonly url: string;
  /** How often it was asked for something. */
  requests(): number;
  /** Safe to call twice. */
  stop(): Promise<void>;
}

export async function startRegistry(name: string, version: string): Promise<Registry> {
  const tarball = pack(name, version);
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const path = decodeURIComponent(request.url ?? '');
    if (path === '/tarball.tgz') {
      response.end(tarball);
    } else if (path === `/${name}`) {
      const dist = { tarball: `http://${request.headers.host}/tarball.tgz` };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { name, version, dist } } }),
      );
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests: () => requests,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function pack(name: string, version: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'bearmq-registry-'));
  try {
    const postinstall = `node -e "require('fs').writeFileSync('written-by-postinstall', 'yes')"`;
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, scripts: { postinstall } }));
    const [file] = execFileSync('npm', ['pack', '--silent'], { cwd: folder, encoding: 'utf8' }).trim().split('\n');
    return readFileSync(join(folder, String(file)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
