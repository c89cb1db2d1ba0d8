import { DatabaseError } from '../driver/index.ts';
import type { ClaimedJob } from '../model/job.ts';
import type { ToldJob } from '../model/told-job.ts';
import { Daemon } from '../runtime/daemon.ts';
import type { Services } from '../services/services.ts';
import { type ClaimResult, claim, type Demand } from '../statements/claim.ts';
import { claimTold } from '../statements/claim-told.ts';
import type { ChannelChoice, SlotOwner } from './channel-choice.ts';
import type { Lease } from './lease-keeper.ts';
import { LookPlanner } from './look-planner.ts';
import { type Placed, ToldJobs } from './told-jobs.ts';

export interface ClaimerOptions {
  readonly services: Services;
  readonly choices: () => readonly ChannelChoice<SlotOwner>[];
  readonly lease: () => Lease | null;
  /** The lease is gone, as a claim found out. */
  readonly onLeaseLost: (lease: Lease) => void;
  /** A worker process seems to be dead. */
  readonly onRescueDue: () => void;
  /** Whether so many outcomes wait to be recorded that no more jobs should be started. */
  readonly isBackedUp: () => boolean;
  /** The answer of a claim was lost: the database may think that we hold jobs that we do not know of. */
  readonly reconcile: (lease: Lease) => Promise<void>;
  /** Hands back jobs that were claimed ahead and could not be started in time. */
  readonly handBack: (choice: ChannelChoice<SlotOwner>) => void;
  /** How often to look when nothing is heard, in milliseconds. */
  readonly pollMs: () => number;
}

/** How long to wait for outcomes to be recorded before looking again, in milliseconds. */
const BACKED_UP_MS = 20;

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
 * Fills the free slots of all Workers of a process: one claim at a time, for all of them together. It asks when there
 * are slots to fill and reason to think that there is work: the last claim was full, a notification came, a job of this
 * process was enqueued, a delay is over, or it is time to look in any case. When it was told which job there is, and knows
 * of no other, it takes that one without looking.
 */
export class Claimer extends Daemon {
  readonly #options: ClaimerOptions;
  #lookAt = -Infinity;
  #mustReconcile = false;
  #contended = 0;
  readonly #looks = new LookPlanner();
  readonly #told = new ToldJobs();

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
  hint(): void {
    this.#lookAt = -Infinity;
    this.wake();
  }

  /** These jobs are ready, unless others have taken them already. */
  tell(jobs: readonly ToldJob[]): void {
    if (this.#told.add(jobs)) this.wake();
    else this.hint();
  }

  /** Jobs that others held may be ready now, anywhere. */
  hintAnywhere(): void {
    this.#looks.lookEverywhere();
    this.hint();
  }

  /** A job that was claimed here is ready again: the next claim will look where it is. */
  noteReturned(job: ClaimedJob): void {
    this.#looks.returned(job);
  }

  /** There will be work in so many milliseconds. */
  hintIn(ms: number): void {
    const at = this.clock.now() + ms;
    if (at >= this.#lookAt) return;
    this.#lookAt = at;
    this.wake();
  }

  protected override async tick(): Promise<number> {
    const { services, choices, lease: currentLease, isBackedUp, reconcile } = this.#options;
    const lease = currentLease();
    const names = services.registry.names();
    if (lease === null || names.length === 0) {
      this.#told.clear();
      return Infinity; // woken when there is one, to look
    }
    if (this.#mustReconcile) {
      await reconcile(lease);
      this.#looks.lookEverywhere();
      this.#mustReconcile = false;
      return 0;
    }
    const now = this.clock.now();
    const all = choices();
    this.#handBackStale(all, now);
    if (isBackedUp()) return BACKED_UP_MS;
    if (now >= this.#lookAt) this.#told.clear(); // found by the look
    const room = Math.min(MAX_BROUGHT, MAX_HELD - all.reduce((sum, { chars }) => sum + chars, 0));
    if (room <= 0) {
      // The next job that ends wakes us, and then to look.
      for (const choice of all) choice.isDry = false;
      this.#lookAt = -Infinity;
      return this.#untilNext(all, now);
    }
    const placed =
      now >= this.#lookAt ? null : this.#told.place(all, (name) => services.registry.get(name) !== undefined);
    if (placed === null) for (const choice of all) choice.isDry = false;
    else if (placed.length > 0) return await this.#takeTold(lease, placed, room);
    const asked = all.flatMap((choice) => {
      const demand = choice.demand(now);
      return demand === null ? [] : [{ choice, demand }];
    });
    const first = asked[0];
    if (first === undefined) return this.#untilNext(all, now);
    this.#lookAt = now + this.#options.pollMs();
    const share = Math.ceil(room / asked.length);
    const demands = asked.map(({ demand }) => ({ ...demand, room: share }));
    const from = this.#looks.next(now);
    const result = await this.#answerTo(
      lease,
      claim(services.driver, services.tables, { ...lease, names, demands, from }),
    );
    if (result === null) return 0;
    this.#looks.note(from, demands, result, this.clock.now());
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
      this.#lookAt = -Infinity;
      this.#looks.lookEverywhere();
      throw error;
    }
    if (!result.isLeaseHeld) {
      this.#options.onLeaseLost(lease);
      return null;
    }
    // Lost while the answer was on its way: whatever it brings has been given to others since.
    return this.#options.lease()?.workerId === lease.workerId ? result : null;
  }

  /**
   * Those that are not brought were taken by others. The choices stay dry: nothing was learned of what else there is. When
   * to look is left as it was, so that somebody who is told of jobs all the time looks as often as anybody else.
   */
  async #takeTold(lease: Lease, placed: readonly Placed<SlotOwner>[], room: number): Promise<number> {
    const { driver, tables } = this.#options.services;
    const told = placed.map(({ job }) => job);
    const result = await this.#answerTo(lease, claimTold(driver, tables, { ...lease, told, room })).catch(
      (error: unknown) => {
        // A name that this database cannot hold: anybody may send one. The jobs are looked for instead.
        if (!(error instanceof DatabaseError) || error.sqlState?.startsWith('22') !== true) throw error;
        return null;
      },
    );
    if (result === null) return 0;
    const now = this.clock.now();
    const choiceOf = new Map(placed.map(({ job, choice }) => [job.id, choice]));
    if (result.jobs.length < told.length && mayFill(result.jobs, room)) this.#lookAt = -Infinity;
    for (const job of result.jobs) choiceOf.get(job.id)?.accept([job], now);
    for (const choice of choiceOf.values()) if (choice.isUnused) this.#options.handBack(choice);
    return 0;
  }

  #accept(
    asked: readonly { readonly choice: ChannelChoice<SlotOwner>; readonly demand: Demand }[],
    { jobs, nextDueMs, isRescueDue, isMoreLikely, isAhead }: ClaimResult,
    isEverywhere: boolean,
    room: number,
  ): number {
    const now = this.clock.now();
    let isAnyTaken = false;
    let isShort = false;
    const answers = asked.map(({ choice, demand }, i) => ({ choice, demand, taken: jobs[i] ?? [] }));
    // The database counts one job of a claim as started: nothing of what others hold may run before it.
    const isFirst = ({ taken }: (typeof answers)[number]) => taken[0]?.isCounted === true;
    for (const { choice, demand, taken } of answers.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)))) {
      choice.isDry = taken.length < demand.slots + demand.ahead && !isMoreLikely && !mayFill(taken, room);
      isShort ||= choice.isDry;
      if (taken.length > 0) isAnyTaken = true;
      choice.accept(taken, now);
      if (choice.isUnused) this.#options.handBack(choice); // its last Worker left meanwhile
    }
    // It may have missed some: the next look everywhere tells. Where this was one, that is not planned.
    if (isShort && !isEverywhere) this.#lookAt = Math.min(this.#lookAt, this.#looks.everywhereAt);
    if (nextDueMs !== null) this.#lookAt = Math.min(this.#lookAt, now + Math.max(1, nextDueMs));
    if (isRescueDue) this.#options.onRescueDue();
    this.#contended = isMoreLikely && !isAnyTaken && !isAhead ? this.#contended + 1 : 0;
    if (this.#contended === 0) return 0;
    return Math.min(CONTENDED_MS * 2 ** this.#contended, CONTENDED_LIMIT_MS) * this.jitter();
  }

  #handBackStale(all: readonly ChannelChoice<SlotOwner>[], now: number): void {
    for (const choice of all) if (choice.holdsUntil <= now) this.#options.handBack(choice);
  }

  /** Until it is time to look in any case, or to hand back what could not be started. */
  #untilNext(all: readonly ChannelChoice<SlotOwner>[], now: number): number {
    const hold = Math.min(...all.map((choice) => choice.holdsUntil));
    // When it was time to look and nothing was asked for, no slot is free: the next one that becomes free wakes us.
    const look = this.#lookAt > now ? this.#lookAt : Infinity;
    return Math.max(1, Math.min(look, hold) - now);
  }
}

/** Whether a claim may have ended because of what its jobs brought. */
function mayFill(jobs: readonly ClaimedJob[], room: number): boolean {
  return jobs.reduce((sum, { payloadText }) => sum + payloadText.length, 0) * MAX_BYTES_OF_CHAR >= room;
}
