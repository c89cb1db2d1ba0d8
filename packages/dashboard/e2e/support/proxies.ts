import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from '@bearmq/test-support';

/** What the proxies show the dashboard under. */
export const PREFIX = '/ops/jobs';

/** A proxy that runs. */
export interface Relay {
  readonly origin: string;
  stop(): Promise<void>;
}

const NGINX = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx', '/opt/homebrew/bin/nginx'];

/** `null` where there is none. */
export function findNginx(): string | null {
  return NGINX.find((place) => existsSync(place)) ?? null;
}

/**
 * nginx as the documentation has it. `strips`: it takes the prefix away; `leaves`: it does not, and the dashboard is to know
 * it.
 */
export async function startNginx(binary: string, port: number, how: 'strips' | 'leaves'): Promise<Relay> {
  const folder = await mkdtemp(join(tmpdir(), 'bearmq-nginx-'));
  const listens = await freePort();
  const shown = await readFile(new URL('./nginx.conf', import.meta.url), 'utf8');
  const site = shown
    .replace('listen 8080;', `listen 127.0.0.1:${listens};`)
    .replace('http://127.0.0.1:3050$', `http://127.0.0.1:${port}$`)
    .replace('$dashboard_path;', how === 'strips' ? '$dashboard_path;' : ';');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder};`);
  const log = join(folder, 'error.log');
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${log};
    events {}
    http { access_log off; ${temporary.join(' ')} ${site} }`,
  );
  const child: ChildProcess = spawn(binary, ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', log], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const origin = `http://127.0.0.1:${listens}`;
  try {
    await until('nginx listens', async () => {
      if (child.exitCode !== null) throw new Error(`nginx has ended: ${await readFile(log, 'utf8')}`);
      return await fetch(origin).then(
        () => true,
        () => false,
      );
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    origin,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A proxy of a few lines, which takes the prefix away and hands on all else as it is. */
export async function startNodeProxy(port: number): Promise<Relay> {
  const server = createServer((incoming, outgoing) => {
    const { url = '/', method, headers } = incoming;
    if (url === PREFIX) {
      outgoing.writeHead(301, { location: `${PREFIX}/` }).end();
      return;
    }
    if (!url.startsWith(`${PREFIX}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const path = url.slice(PREFIX.length);
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on('error', () => outgoing.destroy());
    incoming.pipe(asked);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
