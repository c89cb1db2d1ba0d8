/** An unfinalized job as it is stored. */
export interface JobRow {
  readonly id: string;
  readonly seq: number;
  readonly state: 'scheduled' | 'ready' | 'blocked' | 'running';
  readonly name: string;
  readonly channel: string;
  readonly group: string | null;
  readonly epoch: number | null;
  readonly priority: number;
  readonly attempt: number;
  readonly numAttempts: number;
  readonly fence: number;
  readonly started: boolean;
  readonly worker: string | null;
}

/** A group's place in the line of a lane. */
export interface TurnRow {
  readonly group: string;
  readonly channel: string;
  readonly name: string;
  readonly open: boolean;
  readonly isTimed: boolean;
}

export interface FinalizedRow {
  readonly id: string;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly attempt: number;
  readonly fence: number;
}

/** Everything that the protocol keeps, as one statement saw it. Jobs come in the order in which they should run. */
export interface Snapshot {
  readonly jobs: readonly JobRow[];
  readonly finalized: readonly FinalizedRow[];
  readonly turns: readonly TurnRow[];
  readonly groups: readonly { readonly name: string; readonly running: number; readonly epoch: number }[];
  readonly workers: readonly string[];
}

/** One statement, so that what it shows was true at one time. `{s}` stands for the schema. */
const TEXT = `
  select json_build_object(
    'jobs', coalesce((select json_agg(json_build_object('id', id, 'seq', seq, 'state', state, 'name', name,
      'channel', channel, 'group', job_group, 'epoch', group_epoch, 'priority', priority, 'attempt', attempt,
      'numAttempts', num_attempts, 'fence', fence, 'started', started, 'worker', process_id)
      order by priority desc, seq) from {s}.job), '[]'),
    'finalized', coalesce((select json_agg(json_build_object('id', id, 'outcome', outcome, 'attempt', attempt,
      'fence', fence)) from {s}.finalized_job), '[]'),
    'groups', coalesce((select json_agg(json_build_object('name', name, 'running', running, 'epoch', epoch)
      order by name) from {s}.job_group), '[]'),
    'turns', coalesce((select json_agg(json_build_object('group', job_group, 'channel', channel, 'name', name, 'open', open,
      'isTimed', due_at is not null)) from {s}.job_turn), '[]'),
    'workers', coalesce((select json_agg(id order by id) from {s}.process), '[]')) as snapshot`;

/** Reads what is committed. */
export async function readSnapshot(schema: {
  rows(sql: string): Promise<Record<string, unknown>[]>;
}): Promise<Snapshot> {
  const [row] = await schema.rows(TEXT);
  return row?.['snapshot'] as Snapshot;
}
