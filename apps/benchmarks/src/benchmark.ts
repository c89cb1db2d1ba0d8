import { fileURLToPath } from 'node:url';
import { embeddedBinaries, type RunningRedis, startPostgres, startRedis, systemBinaries } from '@bearmq/test-database';
import { reasonOf } from '@bearmq/test-support';
import pg from 'pg';
import type { Contestant, Purpose } from './contestant.ts';
import { compareWith } from './contestants/clone.ts';
import { contestants } from './contestants/index.ts';
import { Databases } from './databases.ts';
import type { Measurement } from './figure.ts';
import { measureIsolated, setUpIsolated } from './isolated.ts';
import { describeMachine, machineLines } from './machine.ts';
import { nodeIsAtLeast } from './newer-node.ts';
import type { Options } from './options.ts';
import { installPeers } from './peers.ts';
import { markdown, writeReport } from './report.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

const DEFAULT_OUT = fileURLToPath(new URL('../results', import.meta.url));

/** As in production, but for the size of the memory; connections for pools of all kinds. */
const SERVER = {
  shared_preload_libraries: 'pg_stat_statements',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  max_connections: '400',
};

/** Measures all that the options ask for, and prints and writes the report. */
export async function runBenchmark(options: Options, command: string): Promise<void> {
  const out = options.out ?? (options.peers ? DEFAULT_OUT : undefined);
  if (options.against !== undefined) compareWith(options.against);
  if (options.peers || out !== undefined) installPeers();
  const binaries = (await embeddedBinaries()) ?? systemBinaries();
  if (binaries === undefined) throw new Error('no PostgreSQL was found: install it, or run `pnpm install` again');
  const server = await startPostgres(binaries, { settings: SERVER });
  const redis = options.peers ? await startRedis() : undefined;
  try {
    await prepare(server.url);
    const machine = await describeMachine(server.url, redis?.version);
    process.stderr.write(`${machineLines(machine).join('\n')}\n`);
    const { there, leftOut } = choose(options, redis);
    const chosen = scenarios(options.profile)
      .filter(({ basic }) => basic || options.peers || options.only.length > 0)
      .filter(({ id, title }) => matches(options.only, `${id} ${title}`));
    const measurements = await measureAll(options, chosen, there, server.url, redis);
    const versions = new Map(await Promise.all(there.map(async (one) => [one.id, await one.version()] as const)));
    const { profile, rounds } = options;
    const shown = {
      command,
      machine,
      profile,
      rounds,
      scenarios: chosen,
      contestants: there,
      versions,
      leftOut,
      measurements,
    };
    console.log(`\n${markdown(shown)}`);
    if (out !== undefined) {
      await writeReport(shown, out);
      console.log(`Written to ${out}`);
    }
  } finally {
    await redis?.stop();
    await server.stop();
  }
}

async function prepare(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create extension if not exists pg_stat_statements');
  await client.end();
}

/** Who takes part, and what is to be said of those who don't. */
function choose(
  options: Options,
  redis: RunningRedis | undefined,
): { readonly there: readonly Contestant[]; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const there = contestants.filter(({ id, title, origin, node, store }) => {
    if (origin === 'peers' && !options.peers) return false;
    if (origin === 'other-clone') return options.against !== undefined;
    if (id !== 'bearmq' && options.contestants.length > 0 && !options.contestants.includes(id)) return false;
    const reason =
      node !== undefined && !nodeIsAtLeast(node)
        ? `needs Node.js ${node.join('.')}, and this is ${process.version}`
        : store === 'redis' && redis === undefined
          ? 'there is no redis-server in the PATH'
          : undefined;
    if (reason !== undefined) leftOut.push(`${title}: left out, ${reason}`);
    return reason === undefined;
  });
  return { there, leftOut };
}

function matches(texts: readonly string[], name: string): boolean {
  return texts.length === 0 || texts.some((text) => name.includes(text));
}

async function measureAll(
  { rounds, profile }: Options,
  chosen: readonly Scenario[],
  there: readonly Contestant[],
  url: string,
  redis: RunningRedis | undefined,
): Promise<readonly Measurement[]> {
  const setUp = async (one: Contestant, place: Parameters<Contestant['setUp']>[0]): Promise<void> =>
    setUpIsolated(one, place, profile);
  const databases = new Databases(url, redis?.port, setUp);
  const found: Measurement[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const scenario of chosen) {
      // In another order each round: who comes first has the machine at its coolest.
      for (const contestant of rotated(there, round - 1)) {
        const at = { round, scenario: scenario.id, contestant: contestant.id };
        const reason = absence(scenario, contestant);
        if (reason !== undefined) {
          found.push({ ...at, figures: [], absent: reason });
          continue;
        }
        process.stderr.write(`round ${round} of ${rounds}: ${scenario.title}: ${contestant.title}\n`);
        if (contestant.store === 'redis') await redis?.empty();
        found.push({ ...at, ...(await attempt(databases, scenario, contestant, profile)) });
      }
    }
  }
  return found;
}

/** Why this contestant is not asked to do this. */
function absence({ id, needs }: Scenario, { lacks, scenarios: own }: Contestant): string | undefined {
  if (own !== undefined && !own.test(id)) return 'as the column beside it';
  return needs === undefined ? undefined : lacks[needs];
}

async function attempt(
  databases: Databases,
  scenario: Scenario,
  contestant: Contestant,
  profile: Options['profile'],
): Promise<Pick<Measurement, 'figures' | 'complaint' | 'absent'>> {
  const purpose: Purpose = scenario.purpose;
  try {
    return await databases.use(contestant, purpose, (place) => measureIsolated(scenario, contestant, place, profile));
  } catch (error) {
    // One contestant's failure is a result like others, and no reason to lose the rest of a long run.
    const message = reasonOf(error);
    process.stderr.write(`  failed: ${message}\n`);
    return { figures: [], absent: `failed: ${message}` };
  }
}

function rotated<T>(values: readonly T[], by: number): readonly T[] {
  const start = by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}
