import { loadavg } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from '@bearmq/test-support';
import type pg from 'pg';
import { monotonicMs } from '../ledger/now.ts';
import { connect } from '../run/admin.ts';
import { SCHEMA } from '../settings.ts';
import type { Actor } from './actor.ts';
import type { ActorFact } from './actors/config.ts';
import type { Figure, FigureOptions } from './figure.ts';
import { type Metric, type Series, soakTable, verdicts } from './soak-verdict.ts';
import { Stage } from './stage.ts';

const RATE_PER_SEC = 150;
const SAMPLE_MS = 10_000;
/** Short, so that every row has gone through all tables long before the first third is over. */
const RETENTION_SECS = 60;
const MB = 1_048_576;

/** Works at a steady rate for that long, and looks whether anything grows. */
export async function soak(minutes: number, { note, interrupted }: FigureOptions): Promise<Figure> {
  return await Stage.with(async (stage) => {
    const settings = { jobPostFinalizeDeleteSecs: RETENTION_SECS };
    const actors = [
      await stage.enter({ name: 'orchestrator', role: 'orchestrator', settings }),
      await stage.enter({ name: 'worker 1', role: 'worker', settings, concurrency: 10 }),
      await stage.enter({ name: 'worker 2', role: 'worker', settings, concurrency: 10 }),
      await stage.enter({ name: 'producer', role: 'producer', settings, ratePerSec: RATE_PER_SEC, mix: 'mixed' }),
    ];
    note(`${stage.server.label}: ${RATE_PER_SEC} jobs/s for ${minutes} minutes`);
    const samples = new Samples();
    const client = await connect(stage.server.url);
    const startedAt = monotonicMs();
    try {
      for (let at = SAMPLE_MS; at <= minutes * 60_000; at += SAMPLE_MS) {
        await wait(Math.max(0, startedAt + at - monotonicMs()), undefined, { signal: interrupted });
        await sample(samples, at, actors, client);
        if (at % 60_000 === 0) note(`${at / 60_000} min`);
      }
    } finally {
      await client.end();
    }
    for (const actor of actors.toReversed()) await actor.stop();
    addWaits(samples, stage.facts(), startedAt, minutes * 60_000);
    const judged = verdicts(samples.series);
    return {
      title: `${minutes} minutes at ${RATE_PER_SEC} jobs/s, finalized jobs deleted after ${RETENTION_SECS} s`,
      tables: [soakTable(judged)],
      missed: judged.filter(({ verdict }) => verdict === 'grew').map(({ name }) => `${name} grew`),
    };
  });
}

/** Everything that was read, by what it is of. */
class Samples {
  readonly #series = new Map<string, Metric & { readonly points: { at: number; value: number }[] }>();

  get series(): readonly Series[] {
    return [...this.#series.values()];
  }

  add(name: string, unit: Metric['unit'], at: number, value: number): void {
    const series = this.#series.get(name) ?? { name, unit, points: [] };
    this.#series.set(name, series);
    series.points.push({ at, value });
  }
}

async function sample(samples: Samples, at: number, actors: readonly Actor[], client: pg.Client): Promise<void> {
  for (const actor of actors) samples.add(`memory of ${actor.name}`, 'MB', at, (await actor.weigh()) / MB);
  samples.add('load of the machine', '', at, loadavg()[0] ?? Number.NaN); // so that neighbours are not blamed on us
  const { rows: connections } = await client.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  samples.add('connections', '', at, connections[0]?.n ?? Number.NaN);
  const { rows } = await client.query<{ name: string; dead: number; data: number; indexes: number }>(
    `select relname as name, n_dead_tup::int as dead, pg_table_size(relid)::float8 as data,
       pg_indexes_size(relid)::float8 as indexes
     from pg_stat_user_tables where schemaname = $1 order by relname`,
    [SCHEMA],
  );
  for (const { name, dead, data, indexes } of rows) {
    samples.add(`${name}: dead rows`, '', at, dead);
    samples.add(`${name}: data`, 'MB', at, data / MB);
    samples.add(`${name}: indexes`, 'MB', at, indexes / MB);
  }
}

/** Of the jobs that were to run at once, by when they began. */
function addWaits(samples: Samples, facts: readonly ActorFact[], startedAt: number, ms: number): void {
  for (let from = 0; from + SAMPLE_MS <= ms; from += SAMPLE_MS) {
    const begun = facts.filter(({ at }) => at >= startedAt + from && at < startedAt + from + SAMPLE_MS);
    const waits = begun.flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs]));
    samples.add('runs per second', '', from, begun.length / (SAMPLE_MS / 1000));
    samples.add('wait, p50', 'ms', from, percentile(waits, 0.5));
    samples.add('wait, p99', 'ms', from, percentile(waits, 0.99));
  }
}
