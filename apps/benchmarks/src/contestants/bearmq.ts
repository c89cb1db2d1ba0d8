import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Context, generateMigrationSql, JobDefinition, Orchestrator, pgDriver, Worker } from 'bearmq';
import pg from 'pg';
import type { Contestant, NewJob, Place, Queue, Sent } from '../contestant.ts';
import { now, type Payload } from '../payload.ts';

type Driver = ReturnType<typeof pgDriver>;

const WATCHED: ReadonlyMap<string, Sent['what']> = new Map([
  ['bearmq_enqueue', 'enqueue'],
  ['bearmq_enqueue_first', 'enqueue'],
  ['bearmq_claim', 'claim'],
  ['bearmq_claim_told', 'claim'],
]);

export const SCHEMA = 'bearmq';
const CONCURRENCY = 24;

const common = {
  store: 'postgres',
  lacks: {},
  origin: 'workspace',
  version,
  setUp,
} satisfies Partial<Contestant>;

export const bearmq: Contestant = {
  ...common,
  id: 'bearmq',
  title: 'BearMQ',
  settings: `defaults, so history is kept; one Worker with concurrency ${CONCURRENCY} and one Orchestrator a process`,
  open: (place) => open(place, undefined),
};

/** The fair one beside contestants that keep no history. */
export const bearmqDeleting: Contestant = {
  ...common,
  id: 'bearmq-deleting',
  title: 'BearMQ, no history',
  settings: 'as BearMQ, with jobPostFinalizeDeleteSecs: 0',
  scenarios: /^(backlog|footprint)/,
  open: (place) => open(place, 0),
};

async function version(): Promise<string> {
  const manifest = fileURLToPath(import.meta.resolve('bearmq/package.json'));
  const { version: released } = JSON.parse(await readFile(manifest, 'utf8'));
  // What is measured is this clone, which is not what was released last.
  const { stdout } = spawnSync('git', ['describe', '--always', '--dirty'], {
    cwd: dirname(manifest),
    encoding: 'utf8',
  });
  return stdout ? `${released} (${stdout.trim()})` : released;
}

async function setUp({ url }: Place): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  try {
    for (const sql of generateMigrationSql(SCHEMA)) await pool.query(sql);
  } finally {
    await pool.end();
  }
}

async function open({ url }: Place, jobPostFinalizeDeleteSecs: number | undefined): Promise<Queue> {
  const pool = new pg.Pool({ connectionString: url });
  const retention = jobPostFinalizeDeleteSecs === undefined ? {} : { jobPostFinalizeDeleteSecs };
  const sent: Sent[] = [];
  const driver = watched(pgDriver({ pool }), sent);
  const context = new Context({ driver, schema: SCHEMA, ...retention });
  let run: (payload: Payload) => void = () => {};
  // Two attempts for all jobs, so that those that fail once are like the others; no pause between the attempts.
  const attempts = { numAttempts: 2, timeoutSecs: 0 };
  const ours = new JobDefinition({
    ...attempts,
    context,
    name: 'BENCH',
    workFunction: async (payload: Payload) => run(payload),
  });
  const others = new JobDefinition({ context, name: 'OTHERS', workFunction: async (_payload: Payload) => {} });
  const definition = ({ lane }: NewJob): typeof ours => (lane === 'other-name' ? others : ours);
  return {
    enqueue: (job) => definition(job).enqueue(job.payload, overrides(job)),
    enqueueMany: async (jobs) => {
      for (const one of jobs.some(({ lane }) => lane === 'other-name') ? [ours, others] : [ours]) {
        const items = jobs
          .filter((job) => definition(job) === one)
          .map((job) => ({ payload: job.payload, ...overrides(job) }));
        if (items.length > 0) await one.enqueueMany(items);
      }
    },
    work: async (work, { workers } = {}) => {
      run = work;
      await ours.register();
      const settings = { context, channels: ['DEFAULT'] };
      const daemons = [
        ...(workers === undefined
          ? [new Worker({ ...settings, concurrency: CONCURRENCY })]
          : Array.from({ length: workers }, () => new Worker(settings))),
        new Orchestrator({ context }),
      ];
      return {
        stop: async () => {
          await Promise.all(daemons.map((daemon) => daemon.stop()));
        },
      };
    },
    left: async () => {
      const { rows } = await pool.query<{ n: number }>(
        `select ((select count(*) from ${SCHEMA}.job)
          + (select count(*) from ${SCHEMA}.finalized_job where outcome <> 'succeeded'))::int as n`,
      );
      return rows[0]?.n ?? Number.NaN;
    },
    sent: () => sent,
    close: () => pool.end(),
  };
}

/** A driver that keeps a list. A claim's rows are its jobs, and one that describes the queue. */
function watched(driver: Driver, sent: Sent[]): Driver {
  return {
    name: driver.name,
    run: async (statement) => {
      const at = now();
      const rows = await driver.run(statement);
      const what = WATCHED.get(statement.name);
      if (what !== undefined) sent.push({ what, at, answeredAt: now(), jobs: rows.length - 1 });
      return rows;
    },
    transaction: (work) => driver.transaction(work),
    listen: (channel, listener) => driver.listen(channel, listener),
    close: () => driver.close(),
  };
}

function overrides({ group, lane }: NewJob): { jobGroup?: string; channel?: string } {
  return {
    ...(group === undefined ? {} : { jobGroup: group }),
    ...(lane === 'other-channel' ? { channel: 'ELSEWHERE' } : {}),
  };
}
