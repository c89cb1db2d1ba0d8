import pg from 'pg';
import { Queue, type QueueSchema } from '../../model/support/queue.ts';
import { directUrl } from '../../support/database.ts';

/** Where a transaction can be made to stop in the middle of a stored function: before a statement of this kind. */
export const PAUSES = ['insert job_group', 'update job_group', 'delete job_group', 'update job', 'delete job'] as const;
export type Pause = (typeof PAUSES)[number];

export interface Transaction {
  readonly text: string;
  /** Resolves to what is to be done once it is committed. */
  readonly run: (queue: Queue) => Promise<() => void>;
  readonly pause?: Pause | undefined;
}

const [DEADLOCK, WAITED_LONG] = ['40P01', '55P03'];

/** `idle`: nothing open. `working`: its statement has not come back. `open`: it has, and the transaction waits. */
export type ActorState = 'idle' | 'working' | 'open';

/**
 * One connection whose transactions are taken step by step: start (up to a pause, if one is asked for), go on, commit.
 * A transaction that PostgreSQL sacrificed to end a deadlock is rolled back, and is the next to be started again; so is one
 * that waited for longer than it waits for any lock, as all do that stand at a pause while the machine is slow.
 */
export class Actor {
  readonly name: string;
  readonly client: pg.Client = new pg.Client({ connectionString: directUrl() });
  readonly #queue: Queue;
  readonly #monitor: Monitor;
  #state: ActorState = 'idle';
  #transaction: Transaction | undefined;
  #sacrificed: Transaction | undefined;
  #outcome: { readonly onCommitted: () => void } | { readonly error: unknown } | undefined;
  #pauseKey: number | undefined;
  pid = 0;
  /** The transactions that were sacrificed. */
  readonly deadlocks: string[] = [];

  constructor(name: string, schema: QueueSchema, monitor: Monitor) {
    this.name = name;
    this.#monitor = monitor;
    const rows: QueueSchema['rows'] = async (sql, values = []) =>
      (await this.client.query<Record<string, unknown>>(sql.replaceAll('{s}', schema.q), [...values])).rows;
    this.#queue = new Queue({ name: schema.name, q: schema.q, rows }, this.client);
  }

  async connect(): Promise<void> {
    await this.client.connect();
    await this.client.query(`set statement_timeout = '90s'; set deadlock_timeout = '20ms'`);
    this.pid = Number((await this.client.query('select pg_backend_pid()')).rows[0].pg_backend_pid);
  }

  get state(): ActorState {
    return this.#state;
  }

  /** What its transaction waits for, as far as is known: a pause, another actor, or nothing. */
  get isPaused(): boolean {
    return this.#state === 'working' && this.#pauseKey !== undefined;
  }

  get sacrificed(): Transaction | undefined {
    return this.#sacrificed;
  }

  /** Begins a transaction and sends its statement. */
  async start(transaction: Transaction): Promise<void> {
    this.#transaction = transaction;
    this.#sacrificed = undefined;
    this.#outcome = undefined;
    if (transaction.pause !== undefined) this.#pauseKey = await this.#monitor.holdPause();
    const setting = this.#pauseKey === undefined ? '' : `${transaction.pause}|${this.#pauseKey}`;
    await this.client.query(`select set_config('bearmq_test.pause', $1, false)`, [setting]);
    await this.client.query('begin');
    this.#state = 'working';
    transaction.run(this.#queue).then(
      (onCommitted) => {
        this.#outcome = { onCommitted };
      },
      (error: unknown) => {
        this.#outcome = { error };
      },
    );
  }

  /** Lets it run past its pause. */
  async goOn(): Promise<void> {
    if (this.#pauseKey !== undefined) await this.#monitor.releasePause(this.#pauseKey);
    this.#pauseKey = undefined;
  }

  async commit(): Promise<void> {
    await this.client.query('commit');
    this.#state = 'idle';
    if (this.#outcome !== undefined && 'onCommitted' in this.#outcome) this.#outcome.onCommitted();
  }

  /** After a test that failed in the middle: whatever it does is given up. */
  async abandon(): Promise<void> {
    await this.#monitor.cancel(this.pid);
    await this.goOn();
    await this.client.query('rollback'); // behind the statement under way, if there is one
    this.#state = 'idle';
    this.#sacrificed = undefined;
  }

  /** Takes note of an answer that has come. @throws whatever the statement failed with, but for what is started again. */
  async settle(): Promise<boolean> {
    const outcome = this.#outcome;
    if (this.#state !== 'working' || outcome === undefined) return this.#state !== 'working';
    await this.goOn(); // it never came by its pause
    if ('onCommitted' in outcome) {
      this.#state = 'open';
      return true;
    }
    const { sqlState } = outcome.error as { sqlState?: unknown };
    if (sqlState !== DEADLOCK && sqlState !== WAITED_LONG) throw outcome.error;
    await this.client.query('rollback');
    if (sqlState === DEADLOCK) this.deadlocks.push(this.#transaction?.text ?? '');
    this.#state = 'idle';
    this.#sacrificed = this.#transaction;
    return true;
  }
}

/** The connection that looks on: who waits for whom, and what is committed. It also holds the pauses. */
export class Monitor {
  readonly client: pg.Client = new pg.Client({ connectionString: directUrl() });
  #lastKey = Math.floor(Math.random() * 2 ** 40);

  /** Installs the pauses in a schema, once. */
  async connect(schema: QueueSchema): Promise<void> {
    await this.client.connect();
    await schema.rows(`create function {s}.pause() returns trigger language plpgsql as $$
      declare v_setting text[] := string_to_array(current_setting('bearmq_test.pause', true), '|');
      begin
        if v_setting[1] = lower(tg_op) || ' ' || tg_table_name then
          perform set_config('bearmq_test.pause', '', false);
          perform pg_advisory_xact_lock_shared(v_setting[2]::bigint);
        end if;
        return null;
      end $$`);
    for (const pause of PAUSES) {
      const [operation, table] = pause.split(' ');
      await schema.rows(`create trigger "pause ${pause}" before ${operation} on {s}.${table}
        for each statement execute function {s}.pause()`);
    }
  }

  async holdPause(): Promise<number> {
    this.#lastKey += 1;
    await this.client.query('select pg_advisory_lock($1::bigint)', [this.#lastKey]);
    return this.#lastKey;
  }

  async releasePause(key: number): Promise<void> {
    await this.client.query('select pg_advisory_unlock($1::bigint)', [key]);
  }

  async cancel(pid: number): Promise<void> {
    await this.client.query('select pg_cancel_backend($1)', [pid]);
  }

  /** Of these backends, those that wait for one of `others`, or for a pause. An autovacuum is not counted: it passes. */
  async blocked(pids: readonly number[], others: readonly number[]): Promise<ReadonlySet<number>> {
    const { rows } = await this.client.query<{ pid: number }>(
      'select pid from unnest($1::int4[]) as p (pid) where pg_blocking_pids(pid) && ($2::int4[] || pg_backend_pid())',
      [pids, others],
    );
    return new Set(rows.map(({ pid }) => pid));
  }
}

const DEADLINE_MS = 90_000;

/** Resolves once every actor has its answer or waits for a lock, so that nothing moves until the next step. */
export async function untilStill(actors: readonly Actor[], monitor: Monitor): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const working: Actor[] = [];
    for (const actor of actors) if (!(await actor.settle())) working.push(actor);
    if (working.length === 0) return;
    const blocked = await monitor.blocked(
      working.map(({ pid }) => pid),
      actors.map(({ pid }) => pid),
    );
    if (working.every(({ pid }) => blocked.has(pid))) return;
    if (performance.now() > end) throw new Error(`still at work: ${working.map(({ name }) => name)}`);
  }
}
