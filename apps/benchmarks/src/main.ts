import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { embeddedBinaries, startPostgres, systemBinaries } from '@bearmq/test-database';
import pg from 'pg';
import { type Measurement, type Scenario, withBench } from './bench.ts';
import { drainBacklog } from './scenarios/drain.ts';
import { enqueueBeside } from './scenarios/enqueue.ts';
import { drainGroups } from './scenarios/groups.ts';
import { idleCost, idleLatency } from './scenarios/idle.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`pnpm bench [--rounds 3] [--jobs 100000] [--only text]

Measures BearMQ on a PostgreSQL of its own with production settings (fsync and synchronous_commit on).
  --rounds  how often each scenario is run; they take turns, and the median is shown with the lowest and the highest
  --jobs    how many jobs are drained
  --only    only the scenarios whose name contains this`);
} else {
  await main(Number(values.rounds), Number(values.jobs), values.only);
}

async function main(rounds: number, jobs: number, only: string): Promise<void> {
  const binaries = (await embeddedBinaries()) ?? systemBinaries();
  if (binaries === undefined) throw new Error('no PostgreSQL was found: install it, or run `pnpm install` again');
  const server = await startPostgres(binaries, {
    settings: { shared_preload_libraries: 'pg_stat_statements', shared_buffers: '512MB' },
  });
  try {
    await describe(server.url);
    const scenarios: readonly Scenario[] = [
      drainBacklog(jobs, 1),
      drainBacklog(jobs, 100),
      drainGroups(1_000, 20),
      drainGroups(1, 20_000),
      enqueueBeside(5_000, 1),
      enqueueBeside(50_000, 50),
      idleLatency(300, server.url),
      idleCost(20),
    ].filter(({ name }) => name.includes(only));
    const all = new Map<string, Measurement[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const scenario of scenarios) {
        process.stderr.write(`round ${round + 1} of ${rounds}: ${scenario.name}\n`);
        for (const one of await withBench(server.url, 'bench', (bench) => scenario.run(bench))) {
          const key = `${scenario.name} | ${one.what}`;
          all.set(key, [...(all.get(key) ?? []), one]);
        }
      }
    }
    console.log('\n| Scenario | Figure | Median | Lowest | Highest | |\n|---|---|---:|---:|---:|---|');
    for (const [key, measurements] of all) console.log(row(key, measurements));
  } finally {
    await server.stop();
  }
}

async function describe(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create extension if not exists pg_stat_statements');
  const { rows } = await client.query<{ version: string; fsync: string; commit: string }>(
    "select version(), current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit",
  );
  await client.end();
  const { version = '', fsync = '', commit = '' } = rows[0] ?? {};
  console.log(`${version.split(' on ')[0]}, fsync ${fsync}, synchronous_commit ${commit}`);
  console.log(`Node.js ${process.version}, ${availableParallelism()} cores, ${process.platform} ${process.arch}`);
}

function row(key: string, measurements: readonly Measurement[]): string {
  const sorted = measurements.map(({ value }) => value).sort((a, b) => a - b);
  const show = (value: number | undefined): string =>
    value === undefined ? '' : value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return `| ${key} | ${show(median)} | ${show(sorted[0])} | ${show(sorted.at(-1))} | ${measurements[0]?.unit} |`;
}
