import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '@bearmq/test-support';
import { until } from '../../support/until.ts';

/** Where the package's alerts and its dashboard lie. */
export const MONITORING: string = join(
  dirname(createRequire(import.meta.url).resolve('@bearmq/prometheus/package.json')),
  'monitoring',
);

/** Whether the programs are on this machine: Debian has them in the package `prometheus`. */
export const hasPrometheus: boolean = ['prometheus', 'promtool'].every(
  (program) => spawnSync(program, ['--version']).status === 0,
);

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Rule {
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly lastError?: string;
}

/** A Prometheus that scrapes one address every two seconds, with the package's alerts. */
export interface Prometheus {
  /** Series of an expression, as of the scrape that was last waited for. Rejects for what is none. */
  query(expression: string): Promise<readonly Series[]>;
  rules(): Promise<readonly Rule[]>;
  /** Resolves once it has scraped, from begin to end, after this call. */
  scraped(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPrometheus(target: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'bearmq-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  const address = `127.0.0.1:${await freePort()}`;
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '2s' },
      rule_files: [join(MONITORING, 'alerts.yaml')],
      scrape_configs: [{ job_name: 'bearmq', honor_labels: true, static_configs: [{ targets: [target] }] }],
    }),
  );
  const child = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${address}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://${address}${path}`);
    const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  };
  /** A later scrape that fails, on a busy machine, would have all series end. */
  let at: string | undefined;
  const query = async (expression: string, time?: string): Promise<readonly Series[]> => {
    const asked = new URLSearchParams({ query: expression, ...(time === undefined ? {} : { time }) });
    return (await ask<{ result: readonly Series[] }>(`/api/v1/query?${asked}`)).result;
  };
  await until(
    'it is ready',
    async () => (await fetch(`http://${address}/-/ready`).catch(() => ({ ok: false }))).ok,
    undefined,
    () => log,
  );
  return {
    query: (expression) => query(expression, at),
    rules: async () =>
      (await ask<{ groups: readonly { rules: readonly Rule[] }[] }>('/api/v1/rules')).groups.flatMap(
        ({ rules }) => rules,
      ),
    scraped: async () => {
      // Times of samples are those at which their scrapes began.
      const began = Date.now() / 1000;
      at = await until(
        'it has scraped',
        async () => {
          const [sample] = await query('timestamp(bearmq_schema_version)');
          return sample !== undefined && Number(sample.value[1]) > began && sample.value[1];
        },
        undefined,
        () => log,
      );
    },
    stop: async () => {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}
