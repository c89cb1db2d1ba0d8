import type { SqlSession } from '@bearmq/core/driver';
import {
  type ClaimedJob,
  type ClaimFrom,
  type ClaimResult,
  claim,
  claimKey,
  type Demand,
  enqueue,
  type NewJob,
  type Outcome,
  registerProcess,
  settle,
  tablesOf,
} from '@bearmq/core/internal';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import type { TestSchema } from './database.ts';

export type NewRow = Partial<NewJob>;

/** The statements of the queue, one at a time, against a schema. */
export interface Statements {
  readonly tables: ReturnType<typeof tablesOf>;
  readonly session: SqlSession;
  /** Enqueues jobs in order, and resolves to their ids. */
  insert(...jobs: readonly NewRow[]): Promise<string[]>;
  /** Takes out the lease of a worker process. */
  worker(leaseSecs?: number): Promise<string>;
  /** Claims for a worker, by default up to `slots` jobs named `JOB` of any channel. */
  claim(processId: string, options?: ClaimOptions): Promise<ClaimResult>;
  /** The jobs of {@link claim}, all demands together. */
  claimed(processId: string, options?: ClaimOptions): Promise<readonly ClaimedJob[]>;
  /** Resolves to the ids of those that were lost. */
  settle(...outcomes: readonly Outcome[]): Promise<ReadonlySet<string>>;
  succeed(...jobs: readonly ClaimedJob[]): Promise<ReadonlySet<string>>;
  /** What is in the table, by id. */
  job(id: string): Promise<Record<string, unknown> | undefined>;
  finalized(id: string): Promise<Record<string, unknown> | undefined>;
  group(name: string): Promise<Record<string, unknown> | undefined>;
}

export interface ClaimOptions extends Partial<Demand> {
  readonly generation?: number;
  readonly names?: readonly string[];
  /** In place of the one that the other options describe. */
  readonly demands?: readonly Demand[];
  /** @defaultValue `null`: everywhere */
  readonly from?: ClaimFrom | null;
  /** In place of the pool. */
  readonly session?: SqlSession;
}

export function statementsOf(schema: TestSchema): Statements {
  const tables = tablesOf(schema.name);
  const session = schema.driver();
  const one = async (sql: string, key: string) => (await schema.rows(sql, [key]))[0];
  const statements: Statements = {
    tables,
    session,
    insert: async (...jobs) => {
      const made = jobs.map((job) => ({ ...newJob(), ...job }));
      await enqueue(session, tables, made);
      return made.map(({ id }) => id);
    },
    worker: async (leaseSecs = 30) => {
      const processId = uuidv4();
      await registerProcess(session, tables, { processId, leaseSecs, sessionKey: null });
      return processId;
    },
    claim: (processId, options = {}) => {
      const { generation = 0, names = ['JOB'], channels = null, slots = 10, ahead = 0, maxPerGroup = 1 } = options;
      const room = options.room === undefined ? {} : { room: options.room };
      const { demands = [{ channels, slots, ahead, maxPerGroup, ...room }] } = options;
      const { from = null } = options;
      return claim(options.session ?? session, tables, { processId, generation, names, demands, from });
    },
    claimed: async (processId, options) => (await statements.claim(processId, options)).jobs.flat(),
    settle: async (...outcomes) => {
      const processId = outcomes[0]?.job.processId ?? uuidv4();
      const { lost } = await settle(session, tables, { processId, outcomes, started: [], finalized: 'keep' });
      return new Set(outcomes.flatMap(({ job }) => (lost.has(claimKey(job)) ? [job.id] : [])));
    },
    succeed: (...jobs) => statements.settle(...jobs.map((job) => ({ kind: 'succeeded', job }) as const)),
    job: (id) => one('select *, state::text as state, payload::text as payload from {s}.job where id = $1', id),
    finalized: (id) =>
      one('select *, outcome::text as outcome, payload::text as payload from {s}.finalized_job where id = $1', id),
    group: (name) => one('select running, epoch, locked_at from {s}.job_group where name = $1', name),
  };
  return statements;
}

function newJob(): NewJob {
  return {
    id: uuidv7(),
    name: 'JOB',
    channel: 'DEFAULT',
    jobGroup: null,
    delaySecs: 0,
    numAttempts: 1,
    timeoutSecs: 300,
    priority: 0,
    payloadText: 'null',
    extras: null,
  };
}

/** Empties the tables between tests that look at all of a schema. */
export async function empty(schema: TestSchema): Promise<void> {
  await schema.rows(
    `truncate {s}.job, {s}.finalized_job, {s}.job_group, {s}.job_turn, {s}.job_limit, {s}.pause, {s}.process, {s}.schedule,
     {s}.lane_stats, {s}.lane_total, {s}.lane_depth`,
  );
}

/** Gives the groups of jobs that were put in by hand their places in line. */
export async function lineUpAll(schema: Pick<TestSchema, 'rows'>): Promise<void> {
  await schema.rows(
    `select {s}.line_up_v1(array_agg(w.job_group), array_agg(w.channel), array_agg(w.name), array_agg(w.priority), array_agg(w.seq))
     from (
       select job_group, channel, name, max(priority) as priority, min(seq) as seq from {s}.job
       where state in ('ready', 'blocked') and job_group is not null group by 1, 2, 3 order by 5) w
     having count(*) > 0`,
  );
}

/** Runs `act` while another session holds what `sql` locks, in a transaction that is rolled back afterwards. */
export async function whileLocked<T>(
  schema: TestSchema,
  sql: string,
  values: readonly unknown[],
  act: () => Promise<T>,
): Promise<T> {
  const client = await schema.pool.connect();
  try {
    await client.query('begin');
    await client.query(
      sql.replaceAll('{s}', () => schema.q),
      [...values],
    );
    return await act();
  } finally {
    await client.query('rollback');
    client.release();
  }
}
