import type { SqlRow, SqlSession, SqlValue } from '@bearmq/core/driver';
import { type Tables, withServerTypes } from '@bearmq/core/schema';

/** What {@link Finding.kind} can be; the comments say what it means. */
export type FindingKind =
  /** PostgreSQL is older than BearMQ works with. */
  | 'server-version'
  /** Nothing can be written: a standby, or a session that is read-only. */
  | 'read-only'
  /** Transactions of this role are not `read committed`. */
  | 'isolation'
  /** This role may not look at what had to be looked at. */
  | 'no-rights'
  /** No BearMQ tables in the schema. */
  | 'schema-missing'
  /** The table in which BearMQ keeps what was applied is another program's. */
  | 'ledger-foreign'
  /** It shows no row, though BearMQ's tables are there. */
  | 'ledger-empty'
  /** Migrations of this package are still to be applied. */
  | 'schema-old'
  /** The schema was migrated by a newer package. */
  | 'schema-new'
  /** A table, column, type, constraint, index or function that the migrations made is gone. */
  | 'object-missing'
  /** One is there, but is not what the migrations made. */
  | 'object-changed'
  /** A table has row security, which may hide rows from whoever does not own it. */
  | 'row-security'
  /** Jobs have numbers that are still to be drawn, so those to come are taken for older ones. */
  | 'sequence-behind'
  /** An index that writes pay for and no query may use. */
  | 'index-invalid'
  /** Autovacuum is off for the server or for a table. */
  | 'autovacuum-off'
  /** A vacuum setting that the migrations gave a table is gone. */
  | 'table-setting-lost'
  /** Dead rows pile up, and no vacuum came. */
  | 'not-vacuumed'
  /** An open transaction keeps all vacuums from removing what died after it began. */
  | 'transaction-open'
  /** A prepared transaction does so. */
  | 'transaction-prepared'
  /** A replication slot does so. */
  | 'slot-holds'
  /** A standby with `hot_standby_feedback` does so. */
  | 'standby-holds'
  /** Sessions of other roles are in transactions, and this role may not see since when. */
  | 'sessions-hidden'
  /** A process holds its connection, but has not renewed its lease for long. */
  | 'worker-blocked'
  /** A process is gone, and nobody has given its jobs back to the queue. */
  | 'worker-dead'
  /** A job has ended, and the database refuses to record that. */
  | 'job-unrecorded'
  /** Jobs wait, and no worker is there. */
  | 'jobs-waiting'
  /** Jobs wait whose name, or whose channel, none of the processes takes. */
  | 'lane-unserved'
  /** All slots for them have been taken by the same jobs for long. */
  | 'slots-hung'
  /** Jobs have been ready for long, though processes take them. */
  | 'lag'
  /** More and more jobs wait. */
  | 'backlog-growing'
  /** Most attempts fail. */
  | 'failing'
  /** A job has been running for far longer than others of its name. */
  | 'job-long'
  /** No orchestrator adds up, cleans up and enqueues what repeats. */
  | 'no-orchestrator'
  /** Something has been paused for more than a day. */
  | 'paused-long'
  /** A process runs another release than the one that came last. */
  | 'release-old'
  /** A repeating job, or the tick of another schedule, is overdue. */
  | 'schedule-late';

/** One thing that is not in order. */
export interface Finding {
  readonly kind: FindingKind;
  /** `error`: jobs do not run, or BearMQ cannot keep what it promises. `warning`: it works, but slows down, or may. */
  readonly severity: 'error' | 'warning';
  /** What it is about: `index job_ready`, `table job`, `pid 4711`, `slot old_standby`. */
  readonly subject: string;
  /** What is wrong, with the value found. */
  readonly message: string;
  /** What to do: in words, or the SQL to run. */
  readonly remedy: string;
}

/** What a check is told. */
export interface Examination {
  readonly driver: SqlSession;
  readonly tables: Tables;
  /** Nothing that lasts for less is a finding. */
  readonly patienceSecs: number;
}

/** Looks at one thing. Its statements only read, and wait for no lock that a worker takes. */
export type Check = (at: Examination) => Promise<readonly Finding[]>;

/** Runs one statement that is seldom run: not prepared, and planned for the tables as they are. */
export async function ask(
  { driver }: Examination,
  name: string,
  text: string,
  values: readonly SqlValue[] = [],
): Promise<readonly SqlRow[]> {
  return await driver.run({ name: `bearmq_doctor_${name}`, text: withServerTypes(text), values, plan: 'anew' });
}

/** A duration for a message: `90 s`, `12 min`, `5 h`, `3 days`. */
export function lasting(secs: number): string {
  if (secs < 120) return `${Math.floor(secs)} s`;
  if (secs < 7_200) return `${Math.floor(secs / 60)} min`;
  return secs < 172_800 ? `${Math.floor(secs / 3_600)} h` : `${Math.floor(secs / 86_400)} days`;
}

/** A name as a shell takes it, in a command that is a remedy. */
export function shellWord(name: string): string {
  return `'${name.replaceAll("'", "'\\''")}'`;
}
