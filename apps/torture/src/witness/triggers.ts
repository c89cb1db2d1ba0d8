/** The witness's own schema, beside the queue's. */
export const WITNESS = 'torture_witness';

/** A table of a user's, which work functions write to. */
export const ENTRIES: string = `${WITNESS}.entry`;

/** What the run's own connections are called: what is deleted there is deleted by hand. */
export const ADMIN = 'torture';

/**
 * Statements that have the database itself write down what becomes of leases, claims and ticks, in the transaction that
 * does it: so these facts are committed with what they tell of, or not at all, however server and clients die.
 *
 * They only look on: nothing here changes a row of the queue's, or locks one, and each row of the witness's is written
 * by whoever has the job's own row locked. The last one stands for a trigger of a user's, which may refuse a row or take
 * its time. `schema` is the queue's, quoted.
 */
export function witnessStatements(schema: string): readonly string[] {
  const w = WITNESS;
  const trigger = (name: string, on: string, body: string): readonly string[] => [
    `create function ${w}.${name}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`,
    `create trigger ${name} ${on} execute function ${w}.${name}()`,
  ];
  return [
    `create schema ${w}`,
    `create table ${w}.inserted (job_id uuid primary key, key text, name text, failed_id text, leader_id text, tick json,
      at timestamptz not null default clock_timestamp())`,
    `create table ${w}.replaced (job_id uuid, key text, due_at timestamptz, is_restart boolean,
      at timestamptz not null default clock_timestamp())`,
    `create table ${w}.lease (id uuid primary key, process text)`,
    `create table ${w}.claim (job_id uuid, fence int, lease uuid, attempt int, tx text,
      at timestamptz not null default clock_timestamp(), start timestamptz, ended_at timestamptz, ending text,
      is_spent boolean not null default false, is_lease_over boolean not null default false,
      primary key (job_id, fence))`,
    `create table ${w}.tick (name text, job_id uuid, due_at timestamptz, next_at timestamptz, fired_at timestamptz)`,
    `create table ${w}.deleted (job_id uuid, state text, at timestamptz not null default clock_timestamp())`,
    // A user's: what work functions write in the transaction that completes their job. Nothing in it keeps them from doing so twice.
    `create table ${ENTRIES} (job_id uuid, run text, attempt int)`,
    // What the run sets, and takes back: jobs whose end is not to be recorded, and processes that record slowly.
    `create table ${w}.refused (job_id uuid, from_at timestamptz not null default clock_timestamp(), to_at timestamptz)`,
    `create table ${w}.slowed (process text, ms float8, from_at timestamptz not null default clock_timestamp(),
      to_at timestamptz)`,
    `create table ${w}.unlock (job_group text, locked_at timestamptz, at timestamptz not null default clock_timestamp())`,
    ...trigger(
      'note_inserted',
      `after insert on ${schema}.job for each row`,
      `insert into ${w}.inserted (job_id, key, name, failed_id, leader_id, tick)
      values (new.id, new.payload ->> 'key', new.name, new.extras ->> 'failureOf', new.payload ->> 'leaderId',
        new.extras -> 'tick');`,
    ),
    // Only an enqueue that meets a waiting job changes what that is to do.
    ...trigger(
      'note_replaced',
      `after update on ${schema}.job for each row when (old.payload::text is distinct from new.payload::text)`,
      `insert into ${w}.replaced (job_id, key, due_at, is_restart)
      values (new.id, new.payload ->> 'key', new.run_at, old.run_at is distinct from new.run_at);`,
    ),
    // A process takes out its lease itself, so the name of its connection tells whose it is.
    ...trigger(
      'note_lease',
      `after insert on ${schema}.process for each row`,
      `insert into ${w}.lease (id, process) values (new.id, current_setting('application_name'));`,
    ),
    ...trigger(
      'note_claim',
      `after update on ${schema}.job for each row when (old.state <> 'running' and new.state = 'running')`,
      `insert into ${w}.claim (job_id, fence, lease, attempt, tx, start)
      values (new.id, new.fence, new.process_id, old.attempt + 1, pg_current_xact_id()::text, new.claimed_at);`,
    ),
    // Only who takes a claim back raises the fence with it. The lease's row is deleted after that, if it was over.
    ...trigger(
      'note_end',
      `after update on ${schema}.job for each row when (old.state = 'running' and new.state <> 'running')`,
      `update ${w}.claim c set ended_at = clock_timestamp(),
        ending = case when new.fence > old.fence then 'taken back' else 'returned' end,
        is_spent = new.attempt >= c.attempt,
        is_lease_over = not exists (select 1 from ${schema}.process w where w.id = old.process_id and w.expires_at >= now())
      where c.job_id = old.id and c.fence = old.fence;`,
    ),
    // By us, or by who settles it.
    ...trigger(
      'note_final',
      `after delete on ${schema}.job for each row`,
      `if current_setting('application_name') = '${ADMIN}' then
        insert into ${w}.deleted (job_id, state) values (old.id, old.state);
        update ${w}.claim c set ended_at = clock_timestamp(), ending = 'deleted'
        where old.state = 'running' and c.job_id = old.id and c.fence = old.fence;
      else
        update ${w}.claim c set ended_at = clock_timestamp(), ending = 'finalized', is_spent = true
        where old.state = 'running' and c.job_id = old.id and c.fence = old.fence;
      end if;`,
    ),
    // Of repeating jobs. The jobs of other schedules say themselves which tick they are of.
    ...trigger(
      'note_tick',
      `after update on ${schema}.schedule for each row
      when (new.origin = 'repeat' and old.last_job_id is distinct from new.last_job_id)`,
      `insert into ${w}.tick (name, job_id, due_at, next_at, fired_at)
      values (new.job_name, new.last_job_id, new.last_at, new.next_at, now());`,
    ),
    ...trigger(
      'note_unlock',
      `after update on ${schema}.job_group for each row when (new.epoch > old.epoch)`,
      `insert into ${w}.unlock (job_group, locked_at) values (new.name, old.locked_at);`,
    ),
    `create function ${w}.hinder() returns trigger language plpgsql as $$ begin
      if exists (select 1 from ${w}.refused r where r.job_id = new.id and r.to_at is null) then
        raise exception 'refused as planned';
      end if;
      perform pg_sleep(s.ms / 1000) from ${w}.slowed s
      where s.process = current_setting('application_name') and s.to_at is null;
      return new; end $$`,
    `create trigger hinder before insert on ${schema}.finalized_job for each row execute function ${w}.hinder()`,
  ];
}
