import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { portOf } from './server-port.ts';

/** A way to a server that can break without a word, as networks do. */
export interface TcpProxy {
  readonly url: string;
  /** How many connections were made through it. */
  readonly connections: number;
  /** The connections made so far carry nothing any more, yet stay open; later ones work. */
  freeze(): void;
  /** The connections made so far end in an error, and not in a goodbye. */
  reset(): void;
  close(): Promise<void>;
}

/** Passes bytes on, in both directions, to the server of `url`. */
export async function startTcpProxy(url: string, port = 0): Promise<TcpProxy> {
  const target = new URL(url);
  const pairs: [Socket, Socket][] = [];
  const server = createServer((inward) => {
    const outward = dial(Number(target.port), target.hostname);
    pairs.push([inward, outward]);
    for (const socket of [inward, outward]) socket.on('error', () => undefined);
    inward.pipe(outward);
    outward.pipe(inward);
  });
  await listen(server, port);
  return {
    url: onPort(target, portOf(server)),
    get connections() {
      return pairs.length;
    },
    freeze: () => {
      for (const [inward, outward] of pairs) {
        inward.unpipe(outward);
        outward.unpipe(inward);
      }
    },
    reset: () => {
      for (const [inward] of pairs) inward.resetAndDestroy();
    },
    close: () => closeServer(server, pairs.flat()),
  };
}

/** Never says anything. */
export interface SilentServer {
  readonly url: string;
  /** Resolves when somebody has connected. */
  readonly accepted: Promise<void>;
  /** Resolves when they have gone. */
  readonly abandoned: Promise<void>;
  close(): Promise<void>;
}

/** Accepts connections, and that is all; `url` is that of the server in whose place it stands. */
export async function startSilentServer(url: string): Promise<SilentServer> {
  const sockets: Socket[] = [];
  let accept: () => void = () => undefined;
  let abandon: () => void = () => undefined;
  const accepted = new Promise<void>((resolve) => {
    accept = resolve;
  });
  const abandoned = new Promise<void>((resolve) => {
    abandon = resolve;
  });
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', abandon);
    socket.resume(); // the end of a socket that nobody reads is not noticed
    accept();
  });
  await listen(server, 0);
  return {
    url: onPort(new URL(url), portOf(server)),
    accepted,
    abandoned,
    close: () => closeServer(server, sockets),
  };
}

/** A proxy in a thread of its own, so that it works while the tests' thread does not. */
export async function startSlowProxy(url: string): Promise<{ readonly url: string; close(): Promise<unknown> }> {
  const target = new URL(url);
  const workerData = { host: target.hostname, port: Number(target.port) };
  const worker = new Worker(new URL('./slow-proxy-thread.js', import.meta.url), { workerData });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { url: onPort(target, port), close: () => worker.terminate() };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

function onPort(url: URL, port: number): string {
  const other = new URL(url);
  other.hostname = '127.0.0.1';
  other.port = String(port);
  return other.href;
}

async function closeServer(server: Server, sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
