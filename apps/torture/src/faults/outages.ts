import { apart } from './apart.ts';
import type { Fault, World } from './fault.ts';
import { startLongJobs } from './long-jobs.ts';

/** Jobs that are running when it strikes. */
const LONG_JOBS = 6;
/** How much longer than the outage they take: some end while it lasts, others after it. */
const [LEAST, MOST] = [-1_500, 2_500];

/** So that there is something to be hit. */
const begin = apart(12_000);

/** The database cannot be reached for longer than a lease, by nobody; all processes live on, and so do their jobs. */
function outage(name: string, about: string, happen: (world: World, ms: number) => Promise<string>): Fault {
  return {
    name,
    about,
    strike: async (world) => {
      begin();
      const { random, leaseMs, during } = world;
      const ms = Math.round(random.between(1.2, 1.8) * leaseMs);
      const times = Array.from({ length: LONG_JOBS }, () => Math.round(ms + random.between(LEAST, MOST)));
      await startLongJobs(world, times);
      return `${await during('server', () => happen(world, ms))} for ${ms} ms`;
    },
  };
}

export const outages: readonly Fault[] = [
  outage('outage', 'the server is away for longer than a lease, while jobs run on', async ({ server, random }, ms) => {
    const end = random.pick(['fast', 'immediate'] as const);
    await server.restart(end, ms);
    return `after ${end}, away`;
  }),
  outage(
    'silence',
    'the server answers nothing for longer than a lease, its connections standing',
    async (world, ms) => {
      await world.server.pause(ms);
      return 'silent';
    },
  ),
];
