import type { Fault } from './fault.ts';

export const failover: Fault = {
  name: 'failover',
  about: 'the server ends for good, in order, by a crash or by kill -9, and its standby takes its place',
  needs: 'standby',
  strike: async ({ server, random, during }) => {
    const end = random.pick(['fast', 'immediate', 'kill', 'kill'] as const);
    await during('server', () => server.failOver(end));
    return `after ${end}`;
  },
};
