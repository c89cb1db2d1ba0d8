import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const cut: Fault = {
  name: 'net-cut',
  about: 'all connections through the link are reset',
  strike: async ({ link, during }) => `${await during('link', async () => link.cut())} connections`,
};

const delay: Fault = {
  name: 'net-delay',
  about: 'the link takes up to half a second longer each way, for some seconds',
  strike: async ({ link, random, during }) => {
    const ms = random.pick([20, 100, 500]);
    await during('link', async () => {
      link.delay(ms);
      await wait(random.between(2_000, 4_000));
      link.delay(0);
    });
    return `${ms} ms`;
  },
};

const halfOpen: Fault = {
  name: 'net-half-open',
  about:
    'connections through the link carry nothing and look as if they stood, for longer than a lease; then they are reset',
  strike: async ({ link, random, leaseMs, during }) => {
    const count = await during('link', async () => {
      const end = link.freeze();
      await wait(random.between(1.3, 2) * leaseMs);
      return end();
    });
    return `${count} connections`;
  },
};

export const network: readonly Fault[] = [cut, delay, halfOpen];
