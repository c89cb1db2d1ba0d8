import { DatabaseError } from '../../driver/index.ts';
import type { ClaimedJob } from '../../model/job.ts';
import { Daemon } from '../../runtime/daemon.ts';
import { daemonOptions } from '../../services/daemon-options.ts';
import type { Services } from '../../services/services.ts';
import { type ClaimResult, claim, type Demand } from '../../statements/claim.ts';
import { claimAnnounced } from '../../statements/claim-announced.ts';
import type { Lease } from '../lease-keeper.ts';
import type { Lull } from '../lull.ts';
import type { News } from '../news.ts';
import type { SlotPool } from '../slots.ts';
import { AnnouncedJobs, type Placed } from './announced-jobs.ts';
import { atMost } from './at-most.ts';
import { Contention } from './contention.ts';
import { mayFill, roomBeside } from './payload-room.ts';
import { type PlannedScan, Scans } from './scans.ts';

export interface ClaimerOptions {
  readonly services: Services;
  readonly pools: () => readonly SlotPool[];
  readonly lease: () => Lease | null;
  /** A claim found out that the lease is gone. */
  readonly onLeaseLost: (lease: Lease) => void;
  /** A worker process seems to be dead. */
  readonly onRescueDue: () => void;
  /** How many more jobs there is room for, as to the outcomes that wait to be recorded; from 0 on none. */
  readonly outcomeRoom: () => number;
  /** The answer of a claim was lost: the database may think that we hold jobs that we do not know of. */
  readonly reconcile: (lease: Lease) => Promise<void>;
  /** Releases jobs that were claimed ahead and could not be started in time. */
  readonly release: (pool: SlotPool) => void;
  /** How often to scan when nothing is heard, in milliseconds. */
  readonly pollMs: () => number;
  /** For who waits until there is nothing to do. */
  readonly lull?: Lull | undefined;
}

/** What a pool asked for. */
interface Asked {
  readonly pool: SlotPool;
  readonly demand: Demand;
}

/** How long to wait for outcomes to be recorded before the next scan, in milliseconds. */
const BACKLOG_PAUSE_MS = 20;

/**
 * Fills the idle slots of all Workers of a process: one claim at a time, for all of them together. It asks when there
 * are slots to fill and reason to think that there is work: the last claim was full, there is news, or it is time to scan
 * in any case. When jobs were announced, and it knows of no other, it claims those by their ids.
 */
export class Claimer extends Daemon {
  readonly #options: ClaimerOptions;
  readonly #scans = new Scans();
  readonly #announced = new AnnouncedJobs();
  /** When to scan next, by this process's clock. */
  #scanAt = -Infinity;
  #mustReconcile = false;
  /** Claims that came back empty, though there were jobs; and those that could not make ready what was due. */
  readonly #contended = new Contention();
  readonly #dueHeld = new Contention();

  constructor(options: ClaimerOptions) {
    super({ name: 'claimer', ...daemonOptions(options.services) });
    this.#options = options;
  }

  /** Whether the database may think that we hold jobs that we do not know of. */
  get mustReconcile(): boolean {
    return this.#mustReconcile;
  }

  /** The one way in which this is told of anything. */
  notice(news: News): void {
    if (this.#note(news) === 'now') this.wake();
  }

  /** When the next pass is to look at what is new. */
  #note(news: News): 'now' | 'in its time' {
    if (news === 'somewhere') this.#scanAt = -Infinity;
    else if (news === 'anywhere') this.#scanAnywhere();
    else if (news === 'distrust') this.#mustReconcile = true;
    else if ('announced' in news) {
      if (!this.#announced.keep(news.announced)) this.#scanAt = -Infinity;
    } else if ('released' in news) {
      this.#scans.released(news.released);
      return 'in its time';
    } else {
      const at = this.clock.now() + news.dueInMs;
      if (at >= this.#scanAt) return 'in its time';
      this.#scanAt = at;
    }
    return 'now';
  }

  protected override async tick(): Promise<number> {
    const { services, pools, lease: currentLease, outcomeRoom, reconcile } = this.#options;
    const lease = currentLease();
    const names = services.registry.names();
    if (lease === null || names.length === 0) {
      this.#announced.clear();
      return Infinity; // woken when there is one, to scan
    }
    if (this.#mustReconcile) {
      await reconcile(lease);
      this.#scans.wantFull();
      this.#mustReconcile = false;
      return 0;
    }
    const now = this.clock.now();
    const all = pools();
    for (const pool of all) if (pool.holdsUntil <= now) this.#options.release(pool);
    const mostJobs = outcomeRoom();
    if (mostJobs <= 0) return BACKLOG_PAUSE_MS;
    const isTimeToScan = now >= this.#scanAt;
    if (isTimeToScan) this.#announced.clear(); // found by the scan
    const room = roomBeside(all);
    if (room <= 0) {
      // The next job that ends wakes us, and then to scan.
      for (const pool of all) pool.hear();
      this.#scanAt = -Infinity;
      return this.#untilNext(all, now);
    }
    const placed = isTimeToScan
      ? null
      : this.#announced.place(all, (name) => services.registry.get(name) !== undefined);
    if (placed === null) for (const pool of all) pool.hear();
    else if (placed.length > 0) return await this.#claimAnnounced(lease, placed, room);
    const asked = all.flatMap((pool): Asked[] => {
      const demand = pool.demand(now);
      return demand === null ? [] : [{ pool, demand: atMost(demand, Math.ceil(mostJobs / all.length)) }];
    });
    if (asked.length === 0) return this.#untilNext(all, now);
    this.#scanAt = now + this.#options.pollMs();
    return await this.#claimByScan(lease, names, asked, room);
  }

  async #claimByScan(lease: Lease, names: readonly string[], asked: readonly Asked[], room: number): Promise<number> {
    const { driver, tables } = this.#options.services;
    const now = this.clock.now();
    const share = Math.ceil(room / asked.length);
    const demands = asked.map(({ demand }) => ({ ...demand, room: share }));
    const planned = this.#scans.next(now);
    const wasIdle = planned.scan === 'full' && this.#options.lull?.isIdle === true;
    const { from } = planned;
    const answer = await this.#answerTo(lease, claim(driver, tables, { ...lease, names, demands, from }));
    if (answer === null) return 0;
    const result = this.#scans.learn(planned, demands, answer, this.clock.now());
    const isNothing = !result.mayHaveMore && result.jobs.every(({ length }) => length === 0);
    if (wasIdle && isNothing && this.#scanAt > -Infinity) this.#options.lull?.onNothing();
    return this.#accept(asked, result, planned, share);
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
      this.#scanAnywhere();
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
   * Announced jobs that are missing from the answer went to another process. That says nothing about other work, so pools
   * stay drained and the next scan keeps its time; otherwise a stream of announcements would postpone it for ever.
   */
  async #claimAnnounced(lease: Lease, placed: readonly Placed[], room: number): Promise<number> {
    const { driver, tables } = this.#options.services;
    const announced = placed.map(({ job }) => job);
    const result = await this.#answerTo(lease, claimAnnounced(driver, tables, { ...lease, announced, room })).catch(
      (error: unknown) => {
        // A name that this database cannot hold: anybody may send one. A scan looks for the jobs instead.
        if (!(error instanceof DatabaseError) || error.sqlState?.startsWith('22') !== true) throw error;
        return null;
      },
    );
    if (result === null) return 0;
    const now = this.clock.now();
    const poolOf = new Map(placed.map(({ job, pool }) => [job.id, pool]));
    if (result.isScanNeeded || (result.jobs.length < announced.length && mayFill(result.jobs, room)))
      this.#scanAt = -Infinity;
    for (const job of result.jobs) poolOf.get(job.id)?.accept([job], now);
    for (const pool of poolOf.values()) if (pool.isUnused) this.#options.release(pool);
    return 0;
  }

  #accept(
    asked: readonly Asked[],
    { jobs, nextDueMs, isDueHeld, isRescueDue, mayHaveMore, hasMoved, parallelGroups, isStartOnly }: ClaimResult,
    { scan }: PlannedScan,
    room: number,
  ): number {
    const now = this.clock.now();
    const parallel = new Set(parallelGroups);
    const answers = asked.map(({ pool, demand }, i) => ({ pool, demand, taken: jobs[i] ?? [] }));
    // The database counts one job of a claim as started: nothing of what others hold may run before it.
    const isFirst = ({ taken }: { readonly taken: readonly ClaimedJob[] }) => taken[0]?.isStarted === true;
    for (const { pool, demand, taken } of answers.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)))) {
      const wanted = demand.slots + (isStartOnly ? 0 : demand.ahead);
      pool.isDrained = taken.length < wanted && !mayHaveMore && !mayFill(taken, room);
      pool.isStartOnly = isStartOnly;
      pool.accept(taken, now, parallel, wanted);
      if (pool.isUnused) this.#options.release(pool); // its last Worker left meanwhile
    }
    const isAnyTaken = jobs.some(({ length }) => length > 0);
    const isAnyDrained = asked.some(({ pool }) => pool.isDrained);
    // It may have missed some: the next full scan tells. Where this was one, that is not planned.
    if (isAnyDrained && scan !== 'full') this.#scanAt = Math.min(this.#scanAt, this.#scans.fullAt);
    const untilHeldMs = this.#dueHeld.note(isDueHeld) * this.jitter();
    if (nextDueMs !== null) this.#scanAt = Math.min(this.#scanAt, now + Math.max(1, nextDueMs, untilHeldMs));
    if (isRescueDue) this.#options.onRescueDue();
    return this.#contended.note(mayHaveMore && !isAnyTaken && !hasMoved) * this.jitter();
  }

  #scanAnywhere(): void {
    this.#scans.wantFull();
    this.#scanAt = -Infinity;
  }

  /** Until it is time to scan in any case, or to release what could not be started. */
  #untilNext(all: readonly SlotPool[], now: number): number {
    const hold = Math.min(...all.map((pool) => pool.holdsUntil));
    // When it was time to scan and nothing was asked for, no slot is idle: the next one that becomes idle wakes us.
    const scan = this.#scanAt > now ? this.#scanAt : Infinity;
    return Math.max(1, Math.min(scan, hold) - now);
  }
}
