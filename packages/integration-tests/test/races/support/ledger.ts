import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { directUrl, type TestSchema } from '../../support/database.ts';

/** A run as its work function wrote it down, at the server's clock. It lies within the real one. */
export interface Run {
  readonly jobId: string;
  readonly attempt: number;
  readonly process: string;
  readonly startedMs: number;
  /** `null`: the process died, or was not heard of again. */
  readonly endedMs: number | null;
  readonly outcome: 'succeeded' | 'failed' | null;
}

/** One claim of one job. */
export interface Claim {
  readonly jobId: string;
  readonly process: string;
  /** Which attempt a run under this claim is. */
  readonly attempt: number;
  readonly atMs: number;
  /** When it was given up for its process, whose lease was lost; `null`: never. */
  readonly takenBackMs: number | null;
  /** Whether that cost the job its attempt: it had been started, as far as the database knew. */
  readonly isSpent: boolean;
}

export interface EnqueuedJob {
  readonly id: string;
  readonly group: string | null;
  /** The order in which its producer enqueued it; a group has one producer. */
  readonly nth: number;
  /** How many attempts fail as planned. */
  readonly fails: number;
}

export interface FinalizedJob {
  readonly id: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly attempt: number;
  readonly numAttempts: number;
}

export interface Ledger {
  readonly enqueued: readonly EnqueuedJob[];
  readonly runs: readonly Run[];
  readonly claims: readonly Claim[];
  readonly finalized: readonly FinalizedJob[];
}

/** A schema beside the queue's, for what the work functions write, and for what triggers see of leases and claims. */
export function useLedger(schema: TestSchema): { readonly q: string; read(): Promise<Ledger> } {
  const q = `ledger_${randomBytes(5).toString('hex')}`;
  beforeAll(async () => {
    for (const sql of statements(q)) await schema.rows(sql);
  });
  afterAll(async () => {
    // The schema's own hook may have run before this one, and ended its pool.
    const client = new pg.Client({ connectionString: directUrl() });
    await client.connect();
    await client.query(`drop schema if exists ${q} cascade`);
    await client.end();
  });
  return {
    q,
    read: async () => {
      const [row] = await schema.rows(READ.replaceAll('{l}', q));
      return row?.['ledger'] as Ledger;
    },
  };
}

function statements(l: string): readonly string[] {
  return [
    `create schema ${l}`,
    `create table ${l}.started (run uuid primary key, job_id uuid, attempt int, process text,
      at timestamptz not null default clock_timestamp())`,
    `create table ${l}.ended (run uuid primary key, outcome text, at timestamptz not null default clock_timestamp())`,
    `create table ${l}.enqueued (job_id uuid primary key, job_group text, nth int, fails int)`,
    `create table ${l}.lease (id uuid primary key, process text)`,
    `create table ${l}.claim (job_id uuid, fence int, lease uuid, attempt int, is_spent boolean not null default false,
      at timestamptz not null default clock_timestamp(), taken_back_at timestamptz, primary key (job_id, fence))`,
    // A process registers its lease itself, so the name of its connection tells whose it is.
    `create function ${l}.note_lease() returns trigger language plpgsql as $$
      begin
        insert into ${l}.lease (id, process) values (new.id, current_setting('application_name'));
        return null;
      end $$`,
    `create trigger note_lease after insert on {s}.process for each row execute function ${l}.note_lease()`,
    `create function ${l}.note_claim() returns trigger language plpgsql as $$
      begin
        insert into ${l}.claim (job_id, fence, lease, attempt)
        values (new.id, new.fence, new.process_id, new.attempt + case when new.started then 0 else 1 end);
        return null;
      end $$`,
    `create trigger note_claim after update on {s}.job for each row
      when (old.state <> 'running' and new.state = 'running') execute function ${l}.note_claim()`,
    // Only a claim and its being taken back raise the fence, and only the second makes a running job wait at once.
    `create function ${l}.note_taken_back() returns trigger language plpgsql as $$
      begin
        update ${l}.claim set taken_back_at = clock_timestamp(), is_spent = old.started and new.attempt = old.attempt
        where job_id = old.id and fence = old.fence;
        return null;
      end $$`,
    `create trigger note_taken_back after update on {s}.job for each row
      when (old.state = 'running' and new.state in ('ready', 'blocked') and new.fence > old.fence)
      execute function ${l}.note_taken_back()`,
  ];
}

const READ = `select json_build_object(
  'enqueued', coalesce((select json_agg(json_build_object('id', job_id, 'group', job_group, 'nth', nth, 'fails', fails)
    order by nth) from {l}.enqueued), '[]'),
  'runs', coalesce((select json_agg(json_build_object('jobId', s.job_id, 'attempt', s.attempt, 'process', s.process,
    'startedMs', extract(epoch from s.at) * 1000, 'endedMs', extract(epoch from e.at) * 1000, 'outcome', e.outcome)
    order by s.at) from {l}.started s left join {l}.ended e using (run)), '[]'),
  'claims', coalesce((select json_agg(json_build_object('jobId', c.job_id, 'process', l.process, 'attempt', c.attempt,
    'atMs', extract(epoch from c.at) * 1000, 'takenBackMs', extract(epoch from c.taken_back_at) * 1000,
    'isSpent', c.is_spent) order by c.at) from {l}.claim c join {l}.lease l on l.id = c.lease), '[]'),
  'finalized', coalesce((select json_agg(json_build_object('id', id, 'outcome', outcome, 'attempt', attempt,
    'numAttempts', num_attempts)) from {s}.finalized_job), '[]')) as ledger`;
