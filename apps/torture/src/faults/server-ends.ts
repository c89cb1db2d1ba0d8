import type { ServerEnd } from '../run/server.ts';
import type { Fault } from './fault.ts';

function serverEnd(end: ServerEnd, about: string): Fault {
  return {
    name: `server-${end}`,
    about,
    strike: async ({ server, random, during }) => {
      const downMs = random.pick([0, 500, 2_000]);
      await during('server', () => server.restart(end, downMs));
      return `down for ${downMs} ms and its own time`;
    },
  };
}

export const serverEnds: readonly Fault[] = [
  serverEnd('fast', 'the server is restarted in order, its sessions ended'),
  serverEnd('immediate', 'the server is restarted without shutting down: it recovers'),
  serverEnd('kill', 'kill -9 of the postmaster, then a restart: it recovers'),
];
