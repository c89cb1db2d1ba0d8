/** What becomes of a column of `job`. */
interface JobColumn {
  readonly type: string;
  /** An enqueue names it; and so a producer is granted to set it. */
  readonly isGiven?: true;
  /** History has it too, under the same name, and a settle moves it there. */
  readonly isKept?: true;
  /** The scalar that a claim returns it as. Of a time: milliseconds since 1970. */
  readonly claimedAs?: 'text' | 'int4' | 'float8' | 'boolean';
}

/**
 * The columns of a job, said once: inserts, claims, moves to history and grants are written from this list. Users may have
 * added columns of their own, so no statement says `*`.
 */
export const JOB_COLUMNS = {
  id: { type: 'uuid', isGiven: true, isKept: true, claimedAs: 'text' },
  seq: { type: 'bigint', isKept: true, claimedAs: 'float8' },
  enqueued_at: { type: 'timestamptz', isKept: true, claimedAs: 'float8' },
  run_at: { type: 'timestamptz', isGiven: true },
  /** A claim returns how long the job waited until then since it was ready, in milliseconds: no client's clock takes part. */
  claimed_at: { type: 'timestamptz', isKept: true, claimedAs: 'float8' },
  timeout_secs: { type: 'float8', isGiven: true, isKept: true, claimedAs: 'float8' },
  state: { type: 'job_state', isGiven: true },
  /** Like the failures, history has it as the settle states it, not as the row does. */
  attempt: { type: 'integer', claimedAs: 'int4' },
  num_attempts: { type: 'integer', isGiven: true, isKept: true, claimedAs: 'int4' },
  fence: { type: 'integer', isKept: true, claimedAs: 'int4' },
  group_epoch: { type: 'integer' },
  priority: { type: 'integer', isGiven: true, isKept: true, claimedAs: 'int4' },
  started: { type: 'boolean', claimedAs: 'boolean' },
  suspect: { type: 'boolean', claimedAs: 'boolean' },
  /** In history it is whoever settles, of all of a settle. */
  process_id: { type: 'uuid' },
  name: { type: 'text', isGiven: true, isKept: true, claimedAs: 'text' },
  channel: { type: 'text', isGiven: true, isKept: true, claimedAs: 'text' },
  job_group: { type: 'text', isGiven: true, isKept: true, claimedAs: 'text' },
  last_error: { type: 'text' },
  payload: { type: 'json', isGiven: true, isKept: true, claimedAs: 'text' },
  extras: { type: 'json', isGiven: true, isKept: true, claimedAs: 'text' },
  ready_at: { type: 'timestamptz', isKept: true },
  failures: { type: 'jsonb' },
  deaths: { type: 'integer', isKept: true },
  held: { type: 'smallint' },
  flow_id: { type: 'uuid' },
  done: { type: 'jsonb' },
  cancel: { type: 'jsonb' },
} as const;

export type JobColumnName = keyof typeof JOB_COLUMNS;

/** Those that a claim returns. */
export type ClaimedColumn = {
  [K in JobColumnName]: (typeof JOB_COLUMNS)[K] extends { readonly claimedAs: string } ? K : never;
}[JobColumnName];

const COLUMNS: Readonly<Record<JobColumnName, JobColumn>> = JOB_COLUMNS;
const NAMES = Object.keys(COLUMNS) as JobColumnName[];

/** What an enqueue names, and a producer may set. */
export const GIVEN_COLUMNS: readonly JobColumnName[] = NAMES.filter((name) => COLUMNS[name].isGiven);

/** What a settle moves to history as it is. */
export const KEPT_COLUMNS: readonly JobColumnName[] = NAMES.filter((name) => COLUMNS[name].isKept);

/** What a claim returns of each job, in order: its row begins with these. */
export const CLAIMED_COLUMNS: readonly ClaimedColumn[] = NAMES.filter(
  (name): name is ClaimedColumn => COLUMNS[name].claimedAs !== undefined,
);

/**
 * The columns of a claim's row with their types: `o_id text, …`, or with another separator for a list of casts. The last is
 * the job's number in the order in which those of the claim start.
 */
export function claimedRow(separator: ' ' | '::'): string {
  const columns = CLAIMED_COLUMNS.map((name) => `o_${name}${separator}${COLUMNS[name].claimedAs}`);
  return [...columns, `o_nth${separator}int4`].join(', ');
}
