import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { directUrl, type TestSchema } from '../../support/database.ts';

/** A job while a process had the right to it, at the server's clock. */
export interface Held {
  readonly jobId: string;
  readonly name: string;
  readonly channel: string;
  readonly group: string | null;
  readonly priority: number;
  /** Its place in the order of enqueues. */
  readonly seq: number;
  /** The transaction that claimed it, and which of its jobs it was. */
  readonly claim: string;
  readonly nth: number;
  readonly fromMs: number;
  /** When the claim counts as made: what rates are reckoned by. */
  readonly startMs: number;
  /** `null`: never. */
  readonly untilMs: number | null;
}

/** A call of a work function, as the function wrote it down. */
export interface Call {
  readonly jobId: string;
  readonly startedMs: number;
}

export interface LimitLedger {
  readonly held: readonly Held[];
  readonly calls: readonly Call[];
}

/**
 * A schema beside the queue's, for what triggers see of claims and their ends, and for what work functions write. None of
 * it asks what the queue itself counts.
 *
 * Both ends of a hold are noted within the transaction that makes them, before its commit. So where one hold had to end for
 * another to begin, its end is the earlier of the two moments.
 */
export function useLimitLedger(schema: TestSchema): { readonly q: string; read(): Promise<LimitLedger> } {
  const q = `limits_${randomBytes(5).toString('hex')}`;
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
      return row?.['ledger'] as LimitLedger;
    },
  };
}

function statements(l: string): readonly string[] {
  const note = (name: string, body: string): string =>
    `create function ${l}.${name}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`;
  const end = `update ${l}.held set until = clock_timestamp() where job_id = old.id and fence = old.fence;`;
  return [
    `create schema ${l}`,
    `create table ${l}.called (job_id uuid, at timestamptz not null default clock_timestamp())`,
    `create table ${l}.made (id uuid primary key)`,
    `create table ${l}.held (nth bigint generated always as identity, job_id uuid, fence int, claim text, name text,
      channel text, job_group text, priority int, seq bigint, at timestamptz not null default clock_timestamp(),
      start timestamptz, until timestamptz, primary key (job_id, fence))`,
    note('note_made', `insert into ${l}.made (id) values (new.id) on conflict do nothing;`),
    `create trigger note_made after insert on {s}.job for each row execute function ${l}.note_made()`,
    note(
      'note_claim',
      `insert into ${l}.held (job_id, fence, claim, name, channel, job_group, priority, seq, start)
        values (new.id, new.fence, pg_current_xact_id()::text, new.name, new.channel, new.job_group, new.priority,
          new.seq, new.claimed_at);`,
    ),
    `create trigger note_claim after update on {s}.job for each row
      when (old.state <> 'running' and new.state = 'running') execute function ${l}.note_claim()`,
    note('note_end', end),
    `create trigger note_end after update on {s}.job for each row
      when (old.state = 'running' and new.state <> 'running') execute function ${l}.note_end()`,
    `create trigger note_over after delete on {s}.job for each row
      when (old.state = 'running') execute function ${l}.note_end()`,
  ];
}

const ms = (column: string): string => `extract(epoch from ${column})::float8 * 1000`;

const READ = `select json_build_object(
  'held', coalesce((select json_agg(json_build_object('jobId', job_id, 'name', name, 'channel', channel,
    'group', job_group, 'priority', priority, 'seq', seq, 'claim', claim, 'nth', nth, 'fromMs', ${ms('at')},
    'startMs', ${ms('start')}, 'untilMs', ${ms('until')}) order by nth) from {l}.held), '[]'),
  'calls', coalesce((select json_agg(json_build_object('jobId', job_id, 'startedMs', ${ms('at')}) order by at)
    from {l}.called), '[]')) as ledger`;
