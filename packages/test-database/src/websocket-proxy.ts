import { type AddressInfo, connect as dial, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A way to a PostgreSQL for clients that speak its protocol within a WebSocket, as Neon's driver does. */
export interface WebSocketProxy {
  /** Host, port and path, without a protocol: what `neonConfig.wsProxy` gives. */
  readonly address: string;
  close(): Promise<void>;
}

/** Takes the server's bytes out of WebSocket messages, and puts them back in: always to the server of `url`. */
export async function startWebSocketProxy(url: string): Promise<WebSocketProxy> {
  const target = new URL(url);
  const pairs = new Set<readonly [WebSocket, Socket]>();
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (inward) => {
    // The client's messages come one by one, and none may wait for the answer to the one before.
    const outward = dial({ port: Number(target.port || 5432), host: target.hostname, noDelay: true });
    const pair = [inward, outward] as const;
    pairs.add(pair);
    inward.on('message', (data) => outward.write(data as Buffer));
    outward.on('data', (data) => inward.send(data));
    // A side that ends takes the other along, whether it says goodbye or not.
    inward.on('error', () => outward.destroy());
    outward.on('error', () => inward.terminate());
    inward.on('close', () => {
      outward.end();
      pairs.delete(pair);
    });
    outward.on('close', () => inward.close());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      for (const [inward, outward] of pairs) {
        inward.terminate();
        outward.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
