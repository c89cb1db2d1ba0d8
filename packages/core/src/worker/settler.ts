import type { ContextParts } from '../context-parts.ts';
import { DatabaseError } from '../driver/index.ts';
import type { ClaimedJob, Outcome } from '../model/job.ts';
import { handedBack } from '../model/outcome.ts';
import { Daemon } from '../runtime/daemon.ts';
import { claimKey, type Lane, settle } from '../statements/settle.ts';

/** What became of a claimed job, and what is needed to tell of it afterwards. */
export interface Settlement {
  readonly outcome: Outcome;
  /** The Worker that ran it; `null` for a job that was never started. */
  readonly workerId: string;
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
  /** What it threw; only meaningful for an attempt that failed. */
  readonly error?: unknown;
}

export interface SettlerOptions {
  readonly parts: ContextParts;
  /** The settlement is committed. */
  readonly onSettled: (settlement: Settlement) => void;
  /** The claim was lost: nothing was recorded. */
  readonly onLost: (settlement: Settlement) => void;
  /** A retry or a hand-back is due in so many milliseconds. */
  readonly onDueIn: (ms: number) => void;
  /** Groups were freed, and have ready jobs in these lanes. */
  readonly onOpened: (lanes: readonly Lane[]) => void;
}

/** A job that was claimed ahead and has started. */
interface Start {
  readonly job: ClaimedJob;
  /** When, by this process's clock. */
  readonly at: number;
  /** Somebody waits for it to be recorded. */
  readonly onRecorded?: (isHeld: boolean) => void;
}

type Reject = (reason: unknown) => void;

const MAX_BATCH = 1_000;

/**
 * How long a job that was claimed ahead may run before its attempt is recorded as spent, in milliseconds. Nearly all
 * such jobs are over by then, and their outcome says it all.
 */
const START_GRACE_MS = 20;

/**
 * Records outcomes in batches: while one statement is in flight the next batch gathers. A statement that fails is sent
 * again, the job never run again for it: settles are fenced, so a second copy changes nothing.
 */
export class Settler extends Daemon {
  readonly #options: SettlerOptions;
  readonly #started = new Map<string, Start>();
  #queue: Settlement[] = [];
  #batchLimit = MAX_BATCH;
  #inFlight: readonly Settlement[] = [];
  #waiters: { readonly left: Set<Settlement>; readonly resolve: () => void; readonly reject: Reject }[] = [];
  /** Why nothing is recorded any more. */
  #end: { readonly reason: unknown } | undefined;

  constructor(options: SettlerOptions) {
    super({ name: 'settler', onError: options.parts.reportError });
    this.#options = options;
  }

  /** Outcomes that are not committed yet. */
  get backlog(): number {
    return this.#queue.length + this.#inFlight.length;
  }

  /** The ids of the jobs whose outcome is not committed yet. */
  pendingIds(): readonly string[] {
    return [...this.#inFlight, ...this.#queue].map(({ outcome }) => outcome.job.id);
  }

  add(settlement: Settlement): void {
    this.#started.delete(settlement.outcome.job.id);
    this.#queue.push(settlement);
    this.wake();
  }

  /** A job that was claimed ahead has started: unless it is over in a moment, its attempt is recorded as spent. */
  markStarted(job: ClaimedJob): void {
    this.#started.set(job.id, { job, at: this.clock.now() });
    if (this.#started.size === 1) this.wake();
  }

  /** Records that the attempt of a job that was claimed ahead is spent. Resolves to whether the claim was still held. */
  async recordStart(job: ClaimedJob, workerId: string): Promise<boolean> {
    const isHeld = await new Promise<boolean>((onRecorded) => {
      if (this.#end !== undefined) onRecorded(false);
      this.#started.set(job.id, { job, at: -Infinity, onRecorded });
      this.wake();
    });
    if (!isHeld) this.#options.onLost({ outcome: handedBack(job), workerId, durationMs: 0 });
    return isHeld;
  }

  /**
   * Resolves once everything added so far is committed, whatever is added meanwhile; rejects with the reason when it
   * cannot be any more.
   */
  async flushed(): Promise<void> {
    const left = new Set([...this.#inFlight, ...this.#queue]);
    if (left.size === 0) return;
    if (this.#end !== undefined) throw this.#end.reason;
    await new Promise<void>((resolve, reject) => this.#waiters.push({ left, resolve, reject }));
  }

  protected override ended(reason: unknown): void {
    this.#end = { reason };
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
    for (const { onRecorded } of this.#started.values()) onRecorded?.(false);
  }

  protected override async tick(): Promise<number> {
    const batch = this.#queue.splice(0, this.#batchLimit);
    const started = this.#takeStarted();
    if (batch.length > 0 || started.length > 0) await this.#settle(batch, started);
    if (this.#queue.length > 0) return 0;
    return this.#untilNextStart();
  }

  async #settle(batch: readonly Settlement[], started: readonly Start[]): Promise<void> {
    const { parts, onSettled, onLost, onDueIn, onOpened } = this.#options;
    const { driver, tables, settings } = parts;
    this.#inFlight = batch;
    try {
      const { lost, opened } = await settle(driver, tables, {
        outcomes: batch.map(({ outcome }) => outcome),
        started: started.map(({ job }) => job),
        finalized: settings.jobPostFinalizeDeleteSecs > 0 ? 'keep' : 'delete',
      });
      this.#batchLimit = MAX_BATCH;
      for (const { job, onRecorded } of started) onRecorded?.(!lost.has(claimKey(job)));
      let dueInSecs = Infinity;
      for (const settlement of batch) {
        const { outcome } = settlement;
        if (outcome.kind === 'waiting') dueInSecs = Math.min(dueInSecs, outcome.secs);
        if (lost.has(claimKey(outcome.job))) onLost(settlement);
        else onSettled(settlement);
      }
      if (dueInSecs < Infinity) onDueIn(dueInSecs * 1000);
      if (opened.length > 0) onOpened(opened);
      this.#resolveWaiters(batch);
    } catch (error) {
      this.#putBack(batch, started, error);
      throw error;
    } finally {
      this.#inFlight = [];
    }
  }

  #resolveWaiters(settled: readonly Settlement[]): void {
    this.#waiters = this.#waiters.filter(({ left, resolve }) => {
      for (const settlement of settled) left.delete(settlement);
      if (left.size === 0) resolve();
      return left.size > 0;
    });
  }

  /** Keeps what could not be settled. A refusal may be the fault of one: smaller batches find it, and go round it. */
  #putBack(batch: readonly Settlement[], started: readonly Start[], error: unknown): void {
    for (const start of started) this.#started.set(start.job.id, { ...start, at: -Infinity });
    const isRefused = error instanceof DatabaseError && !error.isRetryable;
    if (isRefused) this.#batchLimit = Math.max(1, Math.floor(batch.length / 2));
    this.#queue = isRefused && batch.length === 1 ? [...this.#queue, ...batch] : [...batch, ...this.#queue];
  }

  #takeStarted(): readonly Start[] {
    const before = this.clock.now() - START_GRACE_MS;
    const due = [...this.#started.values()].filter(({ at }) => at <= before);
    for (const { job } of due) this.#started.delete(job.id);
    return due;
  }

  #untilNextStart(): number {
    const first = this.#started.values().next();
    return first.done === true ? Infinity : Math.max(1, first.value.at + START_GRACE_MS - this.clock.now());
  }
}
