import { InvalidIdentifierError, quoteIdentifier } from '../driver/index.ts';

/** Everything that a statement or a migration may name, quoted and qualified: nothing relies on `search_path`. */
export interface Tables {
  /** The schema's name as the user gave it. */
  readonly schemaName: string;
  readonly schema: string;
  readonly migration: string;
  readonly jobState: string;
  readonly jobOutcome: string;
  readonly job: string;
  /** Which numbers jobs in the order of their enqueues (`job.seq`). */
  readonly jobSequence: string;
  /** A sequence whose only use is that a record of it can be written, for a commit to wait until the disk has it. */
  readonly flushMark: string;
  readonly finalizedJob: string;
  readonly jobGroup: string;
  readonly process: string;
  readonly schedule: string;
  readonly pause: string;
  readonly jobDefinition: string;
  readonly uniqueKey: string;
  readonly jobLimit: string;
  readonly jobTurn: string;
  readonly flow: string;
  readonly flowNode: string;
  readonly flowEdge: string;
  readonly jobStep: string;
  readonly jobSignal: string;
  readonly jobProgress: string;
  readonly jobLog: string;
  readonly laneStats: string;
  readonly laneTotal: string;
  readonly laneDepth: string;
  /** The views that people read. */
  readonly jobsView: string;
  readonly queuesView: string;
  /** A stored function. Its version is part of its name, so that workers of two releases can share a schema. */
  readonly fn: (name: string) => string;
}

/** @throws InvalidIdentifierError for a schema name that PostgreSQL could not hold. */
export function tablesOf(schemaName: string): Tables {
  const schema = quoteIdentifier(schemaName);
  if (schemaName.startsWith('pg_')) {
    throw new InvalidIdentifierError(
      'schema name',
      schemaName,
      'must not begin with "pg_": PostgreSQL keeps those for itself',
    );
  }
  return {
    schemaName,
    schema,
    migration: `${schema}.migration`,
    jobState: `${schema}.job_state`,
    jobOutcome: `${schema}.job_outcome`,
    job: `${schema}.job`,
    jobSequence: `${schema}.job_seq_seq`,
    flushMark: `${schema}.flush_mark`,
    finalizedJob: `${schema}.finalized_job`,
    jobGroup: `${schema}.job_group`,
    process: `${schema}.process`,
    schedule: `${schema}.schedule`,
    pause: `${schema}.pause`,
    jobDefinition: `${schema}.job_definition`,
    uniqueKey: `${schema}.unique_key`,
    jobLimit: `${schema}.job_limit`,
    jobTurn: `${schema}.job_turn`,
    flow: `${schema}.flow`,
    flowNode: `${schema}.flow_node`,
    flowEdge: `${schema}.flow_edge`,
    jobStep: `${schema}.job_step`,
    jobSignal: `${schema}.job_signal`,
    jobProgress: `${schema}.job_progress`,
    jobLog: `${schema}.job_log`,
    laneStats: `${schema}.lane_stats`,
    laneTotal: `${schema}.lane_total`,
    laneDepth: `${schema}.lane_depth`,
    jobsView: `${schema}.jobs`,
    queuesView: `${schema}.queues`,
    fn: (name) => `${schema}.${name}`,
  };
}

/**
 * The notification channel of a schema: its name where that fits PostgreSQL's 63 bytes, else cut and told apart by a
 * hash (FNV-1a, 64 bits; see http://www.isthe.com/chongo/tech/comp/fnv).
 */
export function notificationChannel(schemaName: string): string {
  const encoder = new TextEncoder();
  const plain = `bearmq:${schemaName}`;
  if (encoder.encode(plain).length <= 63) return plain;
  let hash = 0xcbf29ce484222325n;
  for (const byte of encoder.encode(schemaName)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return `bearmq:${hash.toString(16).padStart(16, '0')}`;
}
