import { availableParallelism, cpus, release, totalmem } from 'node:os';
import pg from 'pg';

/** What the figures depend on, besides the contestants. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  readonly postgresSettings: Readonly<Record<string, string>>;
  readonly redis: string | undefined;
}

const SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size', 'autovacuum'];

export async function describeMachine(url: string, redis: string | undefined): Promise<Machine> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string; value: string }>(
    'select name, current_setting(name) as value from pg_settings where name = any($1::text[])',
    [['server_version', ...SETTINGS]],
  );
  await client.end();
  const settings = new Map(rows.map(({ name, value }) => [name, value]));
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
    postgres: settings.get('server_version') ?? 'unknown',
    postgresSettings: Object.fromEntries(SETTINGS.map((name) => [name, settings.get(name) ?? '?'])),
    redis,
  };
}

/** One line for each idea. */
export function machineLines(machine: Machine): readonly string[] {
  const settings = Object.entries(machine.postgresSettings).map(([name, value]) => `${name} ${value}`);
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}`,
    `Node.js ${machine.node}`,
    `PostgreSQL ${machine.postgres}: ${settings.join(', ')}`,
    ...(machine.redis === undefined ? [] : [`Redis ${machine.redis}`]),
  ];
}
