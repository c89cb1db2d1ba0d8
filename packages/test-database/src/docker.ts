import { existsSync } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PING_TIMEOUT_MS = 1500;

/** Whether a Docker engine answers a ping: a matter of milliseconds, where importing testcontainers costs half a second. */
export async function dockerAnswers(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  for (const target of pingTargets(env)) {
    if (await ping(target)) return true;
  }
  return false;
}

function pingTargets(env: NodeJS.ProcessEnv): RequestOptions[] {
  const host = env['DOCKER_HOST'];
  if (host === undefined || host === '') return localSockets(env).map((socketPath) => ({ socketPath }));
  if (host.startsWith('unix://')) return [{ socketPath: host.slice('unix://'.length) }];
  if (!/^(tcp|https?):/.test(host) || !URL.canParse(host)) return []; // ssh: and the like can still be forced
  const { hostname, port } = new URL(host.replace(/^(tcp|https?):/, 'http:'));
  return [{ host: hostname, port: port || '2375' }];
}

/** Where an engine listens: the system's, then those of a single user. */
function localSockets(env: NodeJS.ProcessEnv): string[] {
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    '/var/run/docker.sock',
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
  ].filter((socket) => existsSync(socket));
}

async function ping(target: RequestOptions): Promise<boolean> {
  return await new Promise((resolve) => {
    const ask = request({ ...target, path: '/_ping', timeout: PING_TIMEOUT_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    ask.on('timeout', () => ask.destroy());
    ask.on('close', () => resolve(false)); // settled already when there was an answer
    ask.on('error', () => resolve(false));
    ask.end();
  });
}
