import type { pgDriver } from 'bearmq';
import pg from 'pg';
import type { Contestant, NewJob, Place, Queue, Sent } from '../contestant.ts';
import { now, type Payload } from '../payload.ts';
import { type BearMq, otherClone, thisClone } from './clone.ts';

type Driver = ReturnType<typeof pgDriver>;

const WATCHED: ReadonlyMap<string, Sent['what']> = new Map([
  ['bearmq_enqueue', 'enqueue'],
  ['bearmq_enqueue_first', 'enqueue'],
  ['bearmq_claim', 'claim'],
  ['bearmq_claim_announced', 'claim'],
]);

export const SCHEMA = 'bearmq';
const CONCURRENCY = 24;

const common = { store: 'postgres', lacks: {} } satisfies Partial<Contestant>;

/** What is measured of a clone: which one, and how long it keeps what is over. */
interface Variant {
  readonly load: () => Promise<BearMq>;
  readonly settings?: { readonly jobPostFinalizeDeleteSecs?: number };
}

export const bearmq: Contestant = {
  ...common,
  ...measured({ load: thisClone.load }),
  version: thisClone.version,
  origin: 'workspace',
  id: 'bearmq',
  title: 'BearMQ',
  settings: `defaults, so history is kept; one Worker with concurrency ${CONCURRENCY} and one Orchestrator a process; for tenants groupConcurrency ${CONCURRENCY}, so that one may have all slots`,
};

/** The fair one beside contestants that keep no history. */
export const bearmqDeleting: Contestant = {
  ...common,
  ...measured({ load: thisClone.load, settings: { jobPostFinalizeDeleteSecs: 0 } }),
  version: thisClone.version,
  origin: 'workspace',
  id: 'bearmq-deleting',
  title: 'BearMQ, no history',
  settings: 'as BearMQ, with jobPostFinalizeDeleteSecs: 0',
  scenarios: /^(backlog|footprint)/,
};

/** Another clone of this repository, to tell whether a change made anything slower. */
export const bearmqBefore: Contestant = {
  ...common,
  ...measured({ load: otherClone.load }),
  version: otherClone.version,
  origin: 'other-clone',
  id: 'before',
  title: 'before',
  settings: 'as BearMQ, from the clone that `--against` names',
};

function measured(variant: Variant): Pick<Contestant, 'setUp' | 'open'> {
  return { setUp: (place) => setUp(place, variant), open: (place) => open(place, variant) };
}

async function setUp({ url }: Place, { load }: Variant): Promise<void> {
  const { generateMigrationSql } = await load();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  try {
    for (const sql of generateMigrationSql(SCHEMA)) await pool.query(sql);
  } finally {
    await pool.end();
  }
}

async function open({ url, purpose }: Place, { load, settings = {} }: Variant): Promise<Queue> {
  const { Context, JobDefinition, Orchestrator, pgDriver, Worker } = await load();
  const pool = new pg.Pool({ connectionString: url });
  const sent: Sent[] = [];
  const driver = watched(pgDriver({ pool }), sent);
  const context = new Context({ driver, schema: SCHEMA, ...settings });
  let run: (payload: Payload) => void | Promise<void> = () => {};
  // Two attempts for all jobs, so that those that fail once are like the others; no pause between the attempts.
  const attempts = { numAttempts: 2, timeoutSecs: 0 };
  const ours = new JobDefinition({
    ...attempts,
    context,
    name: 'BENCH',
    workFunction: async (payload: Payload) => run(payload),
    // Whoever has a backlog may have every slot that nobody else wants.
    ...(purpose === 'sharing' ? { groupConcurrency: CONCURRENCY } : {}),
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
      const ofOurs = { context, channels: ['DEFAULT'] };
      const daemons = [
        ...(workers === undefined
          ? [new Worker({ ...ofOurs, concurrency: CONCURRENCY })]
          : Array.from({ length: workers }, () => new Worker(ofOurs))),
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
  // What another clone's driver may not have.
  const { openSession, listenLazily } = driver;
  return {
    name: driver.name,
    ...(openSession === undefined ? {} : { openSession: (withinMs) => openSession.call(driver, withinMs) }),
    ...(listenLazily === undefined ? {} : { listenLazily: (...how) => listenLazily.call(driver, ...how) }),
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
