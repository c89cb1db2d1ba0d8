import { createServer, type ServerResponse } from 'node:http';
import type { Readiness } from '@bearmq/core';
import { type Listening, listen } from './listening.ts';
import { withoutPassword } from './secrets.ts';

export interface HealthServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** `undefined`: all addresses of this machine, for probes come from outside of a container. */
  readonly host: string | undefined;
  readonly readiness: () => Readiness;
}

/**
 * Answers the probes of a container. `/live`: 200 for as long as this process answers at all. `/ready`: 200 while it takes
 * jobs, else 503 with the reason. Neither asks the database: a probe that comes every second costs it nothing, and an
 * outage ends no process.
 */
export async function serveHealth({ port, host, readiness }: HealthServerOptions): Promise<Listening> {
  const server = createServer(({ method, url }, response) => {
    if (method !== 'GET' && method !== 'HEAD') {
      answer(response.setHeader('allow', 'GET, HEAD'), 405, { message: 'use GET' });
      return;
    }
    const path = url?.split('?')[0];
    if (path === '/live') answer(response, 200, { isLive: true });
    else if (path === '/ready') answerReady(response, readiness());
    else answer(response, 404, { message: 'see /live and /ready' });
  });
  return await listen(server, port, host);
}

function answerReady(response: ServerResponse, readiness: Readiness): void {
  if (readiness.isReady) answer(response, 200, readiness);
  else answer(response, 503, { ...readiness, message: withoutPassword(readiness.message) });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(`${JSON.stringify(body)}\n`);
}
