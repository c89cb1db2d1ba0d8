import type { Server } from 'node:http';

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Ends it, with the connections that are open. */
  close(): void;
}

/**
 * @param port 0 for any that is free.
 * @param host `undefined`: all addresses of this machine.
 * @throws what the system says of a port that cannot be had: `failureOf` has words for it.
 */
export async function listen(server: Server, port: number, host: string | undefined): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
