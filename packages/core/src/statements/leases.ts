import { toArrayLiteral } from '../driver/index.ts';
import type { ClaimedJob } from '../model/job.ts';
import { asBoolean, asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

interface LeaseInput {
  readonly processId: string;
  readonly leaseSecs: number;
  /**
   * The key of an advisory lock that the process holds on a connection of its own, as decimal text; `null` for none.
   * As long as that lock is held the process is alive, even if its event loop is too busy to renew the lease.
   */
  readonly sessionKey: string | null;
}

/** What a process says of itself, for people and for whoever asks why a job waits. */
export interface ProcessFacts {
  readonly host: string | null;
  readonly pid: number | null;
  /** Which release of the program it is. */
  readonly release: string | null;
  /** JSON text: which channels and names its Workers take, with how many slots. */
  readonly takes: string;
}

/**
 * Takes out the lease of a worker process: one row, whatever it runs. Resolves to which server did that: when it was
 * started, in seconds since 1970. Another time is another life of it, or another server.
 */
export const registerProcess: Statement<LeaseInput & { readonly facts?: ProcessFacts }, number> = defineStatement({
  name: 'bearmq_register_process',
  mayBeRepeated: true,
  text: ({ process }) => `
    insert into ${process} (id, expires_at, session_key, host, pid, release, takes)
    values ($1::text::uuid, pg_catalog.now() + pg_catalog.make_interval(secs => $2::float8), $3::text::bigint,
      $4::text, $5::int4, $6::text, $7::text::json)
    returning extract(epoch from pg_catalog.pg_postmaster_start_time())::float8`,
  encode: ({
    processId,
    leaseSecs,
    sessionKey,
    facts: { host = null, pid = null, release = null, takes = null } = {},
  }) => [processId, leaseSecs, sessionKey, host, pid, release, takes],
  decode: ([row]) => asNumber(row?.[0]),
});

export interface Renewal {
  /** Not once somebody has rescued its jobs. One that ran out while nobody did is held again. */
  readonly isHeld: boolean;
  /** Another process has let half of its lease pass: a rescue should watch it. */
  readonly isAnyOverdue: boolean;
  /** Which server said so: when it was started, in seconds since 1970. `null` where the lease is not held. */
  readonly server: number | null;
  /** How often somebody wanted jobs cancelled that this process runs. */
  readonly cancels: number;
}

/**
 * Extends the lease, and looks at those of the others on the way, so that a process which claims nothing (all its slots
 * are busy, or it hardly polls) learns of the dead, too. What the process takes is written where it is given.
 */
export const renewLease: Statement<LeaseInput & { readonly takes?: string | undefined }, Renewal> = defineStatement({
  name: 'bearmq_renew_lease',
  mayBeRepeated: true,
  text: ({ process }) => `
    update ${process} set renewed_at = pg_catalog.now(),
      expires_at = pg_catalog.now() + pg_catalog.make_interval(secs => $2::float8), session_key = $3::text::bigint,
      watched_from = null, watched_at = null, takes = coalesce($4::text::json, takes)
    where id = $1::text::uuid
    returning exists (
      select 1 from ${process} w
      where w.id <> $1::text::uuid
        and extract(epoch from w.renewed_at)::float8 + extract(epoch from w.expires_at)::float8
          < 2 * extract(epoch from pg_catalog.now())::float8),
      extract(epoch from pg_catalog.pg_postmaster_start_time())::float8, cancels::int4`,
  encode: ({ processId, leaseSecs, sessionKey, takes = null }) => [processId, leaseSecs, sessionKey, takes],
  decode: ([row]) => ({
    isHeld: row !== undefined,
    isAnyOverdue: asNullable(row?.[0], asBoolean) ?? false,
    server: asNullable(row?.[1], asNumber),
    cancels: asNullable(row?.[2], asNumber) ?? 0,
  }),
});

/**
 * Gives the lease up. Should a job still be running under it, the row stays, and a rescue finds both. Planned anew: a
 * plan kept from when `job` was small scans the whole of it (35 ms with 200,000 rows, in place of 1 ms).
 */
export const removeProcess: Statement<{ readonly processId: string }, void> = defineStatement({
  name: 'bearmq_remove_process',
  plan: 'anew',
  text: ({ process, job }) => `
    delete from ${process} where id = $1::text::uuid
      and not exists (select 1 from ${job} j where j.process_id = $1::text::uuid and j.state = 'running')`,
  encode: ({ processId }) => [processId],
  decode: () => undefined,
});

/** Takes a session-level advisory lock, to be run on a connection that lives as long as the process. */
export const takeSessionLock: Statement<{ readonly sessionKey: string }, boolean> = defineStatement({
  name: 'bearmq_take_session_lock',
  text: () => 'select pg_catalog.pg_try_advisory_lock($1::text::bigint)',
  encode: ({ sessionKey }) => [sessionKey],
  decode: ([row]) => asBoolean(row?.[0]),
});

export type Rescued =
  | { readonly kind: 'job'; readonly jobId: string; readonly jobName: string }
  | { readonly kind: 'group'; readonly jobGroup: string }
  | { readonly kind: 'process'; readonly processId: string };

export interface RescueResult {
  readonly rescued: readonly Rescued[];
  /** Some process does not renew its lease: look again within three seconds. */
  readonly isAnyOverdue: boolean;
  /** Whether there are schedules, but for those of `repeatSecs`. Nobody has to ask for that by itself then. */
  readonly hasSchedules: boolean;
}

interface RescueInput {
  /** The lease of the process that asks, which is not to be taken from it; `null` where it has none. */
  readonly selfId: string | null;
  readonly unlockSecs: number;
  /** How long a process that holds its session lock may go without a renewal. */
  readonly blockedSecs: number;
  /** How long a process must have been watched. */
  readonly graceSecs: number;
}

/** Puts jobs of dead worker processes back, and opens groups that were locked for too long. See `rescue_v1`. */
export const rescue: Statement<RescueInput, RescueResult> = defineStatement({
  name: 'bearmq_rescue',
  text: ({ fn, schedule }) => `
    select o_kind::text, o_id::text, o_name::text, o_process::text from ${fn('rescue_v1')}(
      $1::text::uuid, $2::float8, $3::float8, $4::float8)
    union all
    select 'schedules'::text, null::text, null::text, null::text
    where exists (select 1 from ${schedule} s where s.origin <> 'repeat')`,
  encode: ({ selfId, unlockSecs, blockedSecs, graceSecs }) => [selfId, unlockSecs, blockedSecs, graceSecs],
  decode: (rows) => ({
    rescued: rows.flatMap(([kind, id, name, processId]): readonly Rescued[] => {
      switch (kind) {
        case 'job':
          return [{ kind, jobId: asText(id), jobName: asText(name) }];
        case 'group':
          return [{ kind, jobGroup: asText(name) }];
        case 'process':
          return [{ kind, processId: asText(processId) }];
        default:
          return [];
      }
    }),
    isAnyOverdue: rows.some(([kind]) => kind === 'overdue'),
    hasSchedules: rows.some(([kind]) => kind === 'schedules'),
  }),
});

interface ReconcileInput {
  readonly processId: string;
  /** What claims name from then on: higher than in any call before, answered or not. */
  readonly generation: number;
  /** The claims that it holds and knows of. */
  readonly known: readonly Pick<ClaimedJob, 'id' | 'fence'>[];
}

/**
 * Takes back what this worker holds without knowing it (the answer of a claim was lost). Resolves to the generation
 * that claims must name now, or to `null` when the lease is gone. See `reconcile_v1`.
 */
export const reconcile: Statement<ReconcileInput, number | null> = defineStatement({
  name: 'bearmq_reconcile',
  mayBeRepeated: true,
  text: ({ fn }) => `
    select o_generation::int4 from ${fn('reconcile_v1')}($1::text::uuid, $2::int4, $3::text::uuid[], $4::text::int4[])
    where o_generation is not null`,
  encode: ({ processId, generation, known }) => [
    processId,
    generation,
    toArrayLiteral(known.map(({ id }) => id)),
    toArrayLiteral(known.map(({ fence }) => fence)),
  ],
  decode: ([row]) => (row === undefined ? null : asNumber(row[0])),
});
