import type { Services } from '../context-parts.ts';
import { DatabaseError } from '../driver/index.ts';
import type { AnnouncedJob } from '../model/announced-job.ts';
import type { ClaimedJob } from '../model/job.ts';
import { Daemon } from '../runtime/daemon.ts';
import { type ClaimResult, claim, type Demand } from '../statements/claim.ts';
import { claimAnnounced } from '../statements/claim-announced.ts';
import { AnnouncedJobs, type Placed } from './announced-jobs.ts';
import type { Lease } from './lease-keeper.ts';
import { ScanPlanner } from './scan-planner.ts';
import type { SlotPool, WorkerSlots } from './slot-pool.ts';

export interface ClaimerOptions {
  readonly services: Services;
  readonly pools: () => readonly SlotPool<WorkerSlots>[];
  readonly lease: () => Lease | null;
  /** The lease is gone, as a claim found out. */
  readonly onLeaseLost: (lease: Lease) => void;
  /** A worker process seems to be dead. */
  readonly onRescueDue: () => void;
  /** Whether so many outcomes wait to be recorded that no more jobs should be started. */
  readonly hasBacklog: () => boolean;
  /** The answer of a claim was lost: the database may think that we hold jobs that we do not know of. */
  readonly reconcile: (lease: Lease) => Promise<void>;
  /** Releases jobs that were claimed ahead and could not be started in time. */
  readonly release: (pool: SlotPool<WorkerSlots>) => void;
  /** How often to scan when nothing is heard, in milliseconds. */
  readonly pollMs: () => number;
}

/** How long to wait for outcomes to be recorded before the next scan, in milliseconds. */
const BACKLOG_PAUSE_MS = 20;

/** A claim that got nowhere, for it met other claims, asks again after up to so many milliseconds, twice as many each time, to a limit. */
const CONTENDED_MS = 2;
const CONTENDED_LIMIT_MS = 64;

/**
 * The payloads that a process holds, of running jobs too, and those that one claim brings, in bytes. They are exceeded by
 * one payload at most.
 */
const MAX_HELD = 32_000_000;
const MAX_BROUGHT = 16_000_000;
/** In UTF-8. */
const MAX_BYTES_OF_CHAR = 3;

/**
 * Fills the idle slots of all Workers of a process: one claim at a time, for all of them together. It asks when there
 * are slots to fill and reason to think that there is work: the last claim was full, a notification came, a job of this
 * process was enqueued, a delay is over, or it is time to scan in any case. When it was told which job there is, and knows
 * of no other, it takes that one without a scan.
 */
export class Claimer extends Daemon {
  readonly #options: ClaimerOptions;
  #nextScanAt = -Infinity;
  #mustReconcile = false;
  #contended = 0;
  readonly #scans = new ScanPlanner();
  readonly #announced = new AnnouncedJobs();

  constructor(options: ClaimerOptions) {
    super({ name: 'claimer', onError: options.services.reportError });
    this.#options = options;
  }

  /** Whether the database may think that we hold jobs that we do not know of. */
  get mustReconcile(): boolean {
    return this.#mustReconcile;
  }

  /** The database may think that we hold jobs that we do not know of: what it had confirmed to us may be lost. */
  distrust(): void {
    this.#mustReconcile = true;
    this.wake();
  }

  /** There may be work now. */
  noticeWork(): void {
    this.#nextScanAt = -Infinity;
    this.wake();
  }

  /** These jobs are ready, unless others have taken them already. */
  noticeAnnounced(jobs: readonly AnnouncedJob[]): void {
    if (this.#announced.keep(jobs)) this.wake();
    else this.noticeWork();
  }

  /** Jobs that others held may be ready now, anywhere. */
  noticeAnywhere(): void {
    this.#scans.requireFullScan();
    this.noticeWork();
  }

  /** A job that was claimed here is ready again: the next claim will scan where it is. */
  noticeReleased(job: ClaimedJob): void {
    this.#scans.released(job);
  }

  /** There will be work in so many milliseconds. */
  noticeDueIn(ms: number): void {
    const at = this.clock.now() + ms;
    if (at >= this.#nextScanAt) return;
    this.#nextScanAt = at;
    this.wake();
  }

  protected override async tick(): Promise<number> {
    const { services, pools, lease: currentLease, hasBacklog, reconcile } = this.#options;
    const lease = currentLease();
    const names = services.registry.names();
    if (lease === null || names.length === 0) {
      this.#announced.clear();
      return Infinity; // woken when there is one, to scan
    }
    if (this.#mustReconcile) {
      await reconcile(lease);
      this.#scans.requireFullScan();
      this.#mustReconcile = false;
      return 0;
    }
    const now = this.clock.now();
    const all = pools();
    this.#releaseStale(all, now);
    if (hasBacklog()) return BACKLOG_PAUSE_MS;
    if (now >= this.#nextScanAt) this.#announced.clear(); // found by the scan
    const room = Math.min(MAX_BROUGHT, MAX_HELD - all.reduce((sum, { chars }) => sum + chars, 0));
    if (room <= 0) {
      // The next job that ends wakes us, and then to scan.
      for (const pool of all) pool.isDrained = false;
      this.#nextScanAt = -Infinity;
      return this.#untilNext(all, now);
    }
    const placed =
      now >= this.#nextScanAt ? null : this.#announced.place(all, (name) => services.registry.get(name) !== undefined);
    if (placed === null) for (const pool of all) pool.isDrained = false;
    else if (placed.length > 0) return await this.#takeAnnounced(lease, placed, room);
    const asked = all.flatMap((pool) => {
      const demand = pool.demand(now);
      return demand === null ? [] : [{ pool, demand }];
    });
    const first = asked[0];
    if (first === undefined) return this.#untilNext(all, now);
    this.#nextScanAt = now + this.#options.pollMs();
    const share = Math.ceil(room / asked.length);
    const demands = asked.map(({ demand }) => ({ ...demand, room: share }));
    const from = this.#scans.next(now);
    const result = await this.#answerTo(
      lease,
      claim(services.driver, services.tables, { ...lease, names, demands, from }),
    );
    if (result === null) return 0;
    this.#scans.note(from, demands, result, this.clock.now());
    return this.#accept(asked, result, from === null, share);
  }

  /** What a claim brings; `null` when the lease is gone, and all that it held with it. */
  async #answerTo<TResult extends { readonly isLeaseHeld: boolean }>(
    lease: Lease,
    claimed: Promise<TResult>,
  ): Promise<TResult | null> {
    let result: TResult;
    try {
      result = await claimed;
    } catch (error) {
      // Refused for certain (a syntax error, a deadlock): nothing was claimed. Else it may have been committed.
      // So may one on a client that was ended, but then there is no way to look any more.
      const isRefused =
        error instanceof DatabaseError &&
        (error.isClientClosed || (error.sqlState !== null && !/^(08|57)/.test(error.sqlState)));
      if (!isRefused) this.#mustReconcile = true;
      this.#nextScanAt = -Infinity;
      this.#scans.requireFullScan();
      throw error;
    }
    if (!result.isLeaseHeld) {
      this.#options.onLeaseLost(lease);
      return null;
    }
    // Lost while the answer was on its way: whatever it brings has been given to others since.
    return this.#options.lease()?.processId === lease.processId ? result : null;
  }

  /**
   * Those that are not brought were taken by others. The pools stay dry: nothing was learned of what else there is. When
   * to scan is left as it was, so that somebody who is told of jobs all the time looks as often as anybody else.
   */
  async #takeAnnounced(lease: Lease, placed: readonly Placed<WorkerSlots>[], room: number): Promise<number> {
    const { driver, tables } = this.#options.services;
    const announced = placed.map(({ job }) => job);
    const result = await this.#answerTo(lease, claimAnnounced(driver, tables, { ...lease, announced, room })).catch(
      (error: unknown) => {
        // A name that this database cannot hold: anybody may send one. The jobs are looked for instead.
        if (!(error instanceof DatabaseError) || error.sqlState?.startsWith('22') !== true) throw error;
        return null;
      },
    );
    if (result === null) return 0;
    const now = this.clock.now();
    const poolOf = new Map(placed.map(({ job, pool }) => [job.id, pool]));
    if (result.jobs.length < announced.length && mayFill(result.jobs, room)) this.#nextScanAt = -Infinity;
    for (const job of result.jobs) poolOf.get(job.id)?.accept([job], now);
    for (const pool of poolOf.values()) if (pool.isUnused) this.#options.release(pool);
    return 0;
  }

  #accept(
    asked: readonly { readonly pool: SlotPool<WorkerSlots>; readonly demand: Demand }[],
    { jobs, nextDueMs, isRescueDue, mayHaveMore, hasMoved }: ClaimResult,
    isFullScan: boolean,
    room: number,
  ): number {
    const now = this.clock.now();
    let isAnyTaken = false;
    let isUnfilled = false;
    const answers = asked.map(({ pool, demand }, i) => ({ pool, demand, taken: jobs[i] ?? [] }));
    // The database counts one job of a claim as started: nothing of what others hold may run before it.
    const isFirst = ({ taken }: (typeof answers)[number]) => taken[0]?.isStarted === true;
    for (const { pool, demand, taken } of answers.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)))) {
      pool.isDrained = taken.length < demand.slots + demand.ahead && !mayHaveMore && !mayFill(taken, room);
      isUnfilled ||= pool.isDrained;
      if (taken.length > 0) isAnyTaken = true;
      pool.accept(taken, now);
      if (pool.isUnused) this.#options.release(pool); // its last Worker left meanwhile
    }
    // It may have missed some: the next full scan tells. Where this was one, that is not planned.
    if (isUnfilled && !isFullScan) this.#nextScanAt = Math.min(this.#nextScanAt, this.#scans.nextFullAt);
    if (nextDueMs !== null) this.#nextScanAt = Math.min(this.#nextScanAt, now + Math.max(1, nextDueMs));
    if (isRescueDue) this.#options.onRescueDue();
    this.#contended = mayHaveMore && !isAnyTaken && !hasMoved ? this.#contended + 1 : 0;
    if (this.#contended === 0) return 0;
    return Math.min(CONTENDED_MS * 2 ** this.#contended, CONTENDED_LIMIT_MS) * this.jitter();
  }

  #releaseStale(all: readonly SlotPool<WorkerSlots>[], now: number): void {
    for (const pool of all) if (pool.holdsUntil <= now) this.#options.release(pool);
  }

  /** Until it is time to scan in any case, or to release what could not be started. */
  #untilNext(all: readonly SlotPool<WorkerSlots>[], now: number): number {
    const hold = Math.min(...all.map((pool) => pool.holdsUntil));
    // When it was time to scan and nothing was asked for, no slot is idle: the next one that becomes free wakes us.
    const scan = this.#nextScanAt > now ? this.#nextScanAt : Infinity;
    return Math.max(1, Math.min(scan, hold) - now);
  }
}

/** Whether a claim may have ended because of what its jobs brought. */
function mayFill(jobs: readonly ClaimedJob[], room: number): boolean {
  return jobs.reduce((sum, { payloadText }) => sum + payloadText.length, 0) * MAX_BYTES_OF_CHAR >= room;
}
